import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Figures, JsonObject, PeerKind } from "./benchTasks";

/** Somebody else's code in a process of its own (test/benchmark/peer/serve.py has the protocol). */
export interface Peer {
  readonly kind: PeerKind;
  /** "PyTorch 2.15.0 eager", "TRL 1.12.0" */
  readonly name: string;
  call(call: "open" | "check" | "run", given: JsonObject): Promise<Figures>;
  /** Seconds of processor time that it has taken, and its memory at most, as of its last answer. */
  readonly usage: () => { readonly cpuSeconds: number; readonly peakMemoryBytes: number };
  stop(): void;
}

/** The peer ended or could not do its part. */
export class PeerError extends Error {}

/** A peer that does not start is a normal state: its reason is a sentence. */
export type PeerResult =
  { readonly ok: true; readonly peer: Peer } | { readonly ok: false; readonly reason: string };

const kinds: Readonly<Record<PeerKind, { readonly title: string; readonly script: string }>> = {
  torch: { title: "PyTorch", script: "peer.py" },
  trl: { title: "TRL", script: "trl_peer.py" },
};

/** The peers' scripts lie in the repository, beside dist/; RLHF_PEER names their folder where dist/ is elsewhere. */
const peerFolder = (): string => process.env.RLHF_PEER ?? join(__dirname, "../test/benchmark/peer");

/** Starts a peer with the interpreter RLHF_PYTHON, or python3. */
export async function startPeer(kind: PeerKind, threads: number): Promise<PeerResult> {
  const { title, script: file } = kinds[kind];
  const script = join(peerFolder(), file);
  const without = `without ${title} there is no ratio to it`;
  if (!existsSync(script))
    return { ok: false, reason: `${without}: ${script} is missing (RLHF_PEER names another folder)` };
  const python = process.env.RLHF_PYTHON ?? (process.platform === "win32" ? "python" : "python3");
  const environment = { OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) };
  // -B: no bytecode is left beside the script.
  const child = spawn(python, ["-B", script, String(threads)], { env: { ...process.env, ...environment } });
  const lines = answers(child);
  try {
    return { ok: true, peer: peerOf(kind, child, lines, nameOf(await lines())) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const advice = `"pip install -r test/benchmark/peer/requirements.txt" brings it, and RLHF_PYTHON names the interpreter that has it`;
    return { ok: false, reason: `${without}: ${python} has none (${said}); ${advice}` };
  }
}

type Line = Readonly<Record<string, unknown>>;

/** The lines of the process one by one; rejects with the last thing it said when it ends. */
function answers(child: ChildProcessWithoutNullStreams): () => Promise<Line> {
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4000)));
  const ended = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(error));
    child.once("close", (code) =>
      reject(new PeerError(said.trim().split("\n").at(-1) || `it ended with exit code ${code}`)),
    );
  });
  ended.catch(() => undefined); // Told to whoever waits for a line.
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => {
    const next = await Promise.race([lines.next(), ended]);
    return next.done === true ? ended : (JSON.parse(next.value) as Line);
  };
}

function nameOf({ name }: Line): string {
  return String(name);
}

function peerOf(
  kind: PeerKind,
  child: ChildProcessWithoutNullStreams,
  lines: () => Promise<Line>,
  name: string,
): Peer {
  let usage = { cpuSeconds: 0, peakMemoryBytes: NaN };
  return {
    kind,
    name,
    usage: () => usage,
    async call(call, given) {
      child.stdin.write(`${JSON.stringify({ call, given })}\n`);
      const line = await lines().catch((failure: Error): Line => ({ error: failure.message }));
      const { answer, error, cpuSeconds, peakMemoryBytes } = line;
      if (error !== undefined) throw new PeerError(`${name} failed (${String(error)})`);
      usage = { cpuSeconds: Number(cpuSeconds), peakMemoryBytes: Number(peakMemoryBytes ?? NaN) };
      return answer as Figures;
    },
    stop: () => void child.kill(),
  };
}
