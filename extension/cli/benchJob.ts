import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { useBackend, type BackendName } from "../engine/backend";
import { isObject, parseJson, string } from "../protocol/codec";
import { isProblem, Problem } from "../protocol/problem";
import { benchTasks, measure, type BenchTaskName } from "./bench";
import { benchLine, type Tell } from "./benchLines";
import { PeerError, startPeer, type Peer } from "./benchPeer";
import { benchSizes } from "./benchTasks";
import { sayRefusedSteps } from "./refusedSteps";

export type SizeName = keyof typeof benchSizes;

/** One task at one size. */
export interface BenchJob {
  readonly task: BenchTaskName;
  readonly size: SizeName;
  readonly peer: "auto" | "none";
  readonly repeat: number;
  readonly backend: BackendName;
  readonly threads: number;
}

/** Measures in this process: null, or why it could not be done. */
export async function measureHere(job: BenchJob, tell: Tell): Promise<Problem | null> {
  const { task, size, repeat } = job;
  sayRefusedSteps();
  const backend = await useBackend(job.backend, { threads: job.threads });
  if (!backend.ok) return new Problem("unsupported", `${backend.problem}.`);
  const { name, device, threads } = backend.info;
  const peers: Peer[] = [];
  const reasons: string[] = [];
  try {
    for (const kind of job.peer === "none" ? [] : benchTasks[task].peers) {
      const started = await startPeer(kind, threads);
      if (started.ok) peers.push(started.peer);
      else reasons.push(started.reason);
    }
    const note = reasons.map((reason) => `${reason[0].toUpperCase()}${reason.slice(1)}.`).join("\n");
    const names = peers.map((peer) => peer.name);
    tell({ type: "event", event: "bench", backend: name, device, threads, peers: names, note });
    const { checks, measurements } = await measure(task, benchSizes[size], peers, repeat, (done) =>
      tell({ type: "progress", what: `bench ${task} ${size}`, done, total: repeat }),
    );
    for (const check of checks) tell(check);
    for (const measurement of measurements) tell({ type: "measurement", ...measurement });
    return null;
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    return new Problem("connectionLost", `${error.message}: measure without it by --peer none.`);
  } finally {
    for (const peer of peers) peer.stop();
  }
}

const cliFile = join(__dirname, "cli.js");

/** The same in a process of its own, so that the memory of one task does not count in another's. */
export async function measureApart(job: BenchJob, tell: Tell): Promise<Problem | null> {
  const { task, size, peer, repeat, backend, threads } = job;
  const words = ["bench", task, "--size", size, "--peer", peer, "--repeat", String(repeat), "--json"];
  const child = spawn(
    process.execPath,
    [cliFile, ...words, "--backend", backend, "--threads", String(threads)],
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" } },
  );
  const stop = (): void => {
    child.kill();
    process.exit(3);
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, stop);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  let last: Problem | "result" | null = null;
  try {
    for await (const line of createInterface({ input: child.stdout })) last = heard(line, tell) ?? last;
    const end = await ended;
    if (last === "result") return null;
    return last ?? new Problem("internal", `Measuring ${task} at size ${size} ended its process (${end}).`);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

/** Passes a line on; gives back what only a last line says. */
function heard(line: string, tell: Tell): Problem | "result" | null {
  const parsed = parseJson(line, "bench");
  if (isProblem(parsed) || !isObject(parsed.json)) return null;
  const { type, event, problem } = parsed.json;
  if (type === "result") return "result";
  const place = { where: "bench", path: "" };
  if (type === "error") {
    const message = string(parsed.json.message, place);
    const name = problem === "unsupported" || problem === "connectionLost" ? problem : "internal";
    return isProblem(message) ? message : new Problem(name, message);
  }
  if (type === "event" && event !== "bench") return null;
  const told = benchLine(parsed.json, place);
  if (isProblem(told)) return told;
  tell(told);
  return null;
}
