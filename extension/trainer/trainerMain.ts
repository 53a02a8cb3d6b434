import { parseArgs } from "node:util";
import { isObject } from "../protocol/codec";
import { isProblem, type Problem } from "../protocol/problem";
import type { TrainerMessage } from "../protocol/trainerProtocol";
import { listenToSteps } from "../engine/compiledStep";
import { protocolVersion } from "../protocol/trainerProtocol";
import { keepBaseModel } from "../runs/keepBaseModel";
import { parentFolder } from "../runs/modelReference";
import { readEndpoint, readRunInput } from "../runs/runFolder";
import { RunStore } from "../runs/runStore";
import { Driver, type ExitCode } from "./driver";
import { TrainerServer, removeAddress } from "./server";
import type { OpenStage } from "./stage";

export const usage =
  "usage: trainer --project DIR --run DIR [--grace SECONDS|forever] [--hold]   (begins the run, or resumes it from its last checkpoint)";

/** The trainer process: takes the run, listens, drives the stage, and ends the process with 0 done, 1 failed, 2 wrong use, 3 resumable. */
export async function trainerMain(openStage: OpenStage, words: readonly string[]): Promise<void> {
  const options = readOptions(words);
  if (options === null) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const store = RunStore.open(options.run);
  if (isProblem(store)) {
    console.error(store.message);
    process.exitCode = 1;
    return;
  }
  try {
    process.exitCode = await trainRun(openStage, store, options);
    if (process.exitCode === 0) keepPretrained(store, options.project);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
  store.dispose();
  // Threads and native backends may keep a finished process alive.
  process.exit();
}

/** However a pretraining run was started, its model is where the next stages look for one. */
function keepPretrained({ run: { manifest, paths } }: RunStore, project: string): void {
  const { model } = manifest.config;
  if (manifest.stage !== "pretrain" || !isObject(model) || typeof model.name !== "string") return;
  const kept = keepBaseModel(project, model.name, paths);
  if (isProblem(kept)) console.error(kept.message);
}

interface Options {
  readonly project: string;
  readonly run: string;
  /** How long to go on without any client. */
  readonly graceMilliseconds: number;
  readonly hold: boolean;
}

function readOptions(words: readonly string[]): Options | null {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        project: { type: "string" },
        run: { type: "string" },
        grace: { type: "string", default: "60" },
        hold: { type: "boolean", default: false },
      },
    });
    const grace = values.grace === "forever" ? Infinity : Number(values.grace);
    if (values.project === undefined || values.run === undefined || !(grace >= 0)) return null;
    return { project: values.project, run: values.run, graceMilliseconds: grace * 1000, hold: values.hold };
  } catch {
    return null;
  }
}

async function trainRun(openStage: OpenStage, store: RunStore, options: Options): Promise<ExitCode> {
  const { manifest, paths } = store.run;
  const dead = readEndpoint(paths);
  if (!isProblem(dead)) removeAddress(dead.address);
  const link: { server: TrainerServer | null } = { server: null };
  const driver = new Driver({
    store,
    openStage,
    request: {
      project: options.project,
      manifest,
      readInput: (name) => orThrow(readRunInput(store.run, name)),
      parentFolder: (role) => orThrow(parentFolder(options.project, manifest, role)),
    },
    publish: (message: TrainerMessage) => link.server?.publish(message),
    clock: () => new Date().getTime(),
    hold: options.hold,
  });
  listenToSteps({
    compiling: (step) => driver.compiling(step),
    refused: (step, reason) =>
      driver.warn(`the step "${step}" runs operation by operation, which is slower: ${reason}`),
  });
  const solitude = endWhenAlone(driver, options.graceMilliseconds);
  const server = await TrainerServer.listen({
    ready: () => ({
      run: manifest.id,
      stage: manifest.stage,
      backend: manifest.backend,
      device: manifest.device,
      state: driver.state,
      ...driver.position,
    }),
    answer: (request) => driver.request(request),
    onClients: solitude.onClients,
  });
  link.server = server;
  store.writeEndpoint({ protocolVersion, address: server.address, token: server.token, pid: process.pid });
  endOnSignals(driver);
  endOnStrayErrors(driver, store);
  const heartbeat = setInterval(() => driver.heartbeat(), 2000);
  const exitCode = await driver.run();
  clearInterval(heartbeat);
  solitude.dispose();
  store.removeEndpoint();
  await server.dispose();
  return exitCode;
}

/** Values inside, sentences at the border: the driver turns a throw into a failed run with this message. */
function orThrow<T>(value: T | Problem): T {
  if (isProblem(value)) throw new Error(value.message);
  return value;
}

/** Whoever launches a trainer attaches to it as soon as it listens, but on a busy machine that may take longer than the grace time. */
const firstClientMilliseconds = 60_000;

/** A run nobody looks at any more checkpoints and ends after the grace time, so that no orphan is left. */
function endWhenAlone(driver: Driver, graceMilliseconds: number) {
  let timer: NodeJS.Timeout | undefined;
  const endAfter = (milliseconds: number): void => {
    if (milliseconds === Infinity) return;
    const reason = `nobody was connected for ${milliseconds / 1000} seconds`;
    timer = setTimeout(() => driver.end(reason), milliseconds);
  };
  const onClients = (count: number): void => {
    clearTimeout(timer);
    if (count === 0) endAfter(graceMilliseconds);
  };
  endAfter(Math.max(graceMilliseconds, firstClientMilliseconds));
  return { onClients, dispose: () => clearTimeout(timer) };
}

/** The first signal checkpoints and ends; the second ends at once. Windows has no signals between processes: there it is a message. */
function endOnSignals(driver: Driver): void {
  let asked = false;
  const end = (what: string): void => {
    if (asked) process.exit(3);
    asked = true;
    driver.end(`it received ${what}`);
  };
  const signals = ["SIGINT", "SIGTERM", ...(process.platform === "win32" ? ["SIGBREAK"] : [])] as const;
  for (const signal of signals) process.on(signal, () => end(signal));
  // Closing a terminal must not end a run that other clients may watch; the grace time decides.
  process.on("SIGHUP", () => undefined);
  process.on("message", (message) => {
    if (message === "stop") end("a stop message");
  });
}

function endOnStrayErrors(driver: Driver, store: RunStore): void {
  const stop = (error: unknown): void => {
    const exitCode = driver.failWith(error);
    store.removeEndpoint();
    store.dispose();
    process.exit(exitCode);
  };
  process.on("uncaughtException", stop);
  process.on("unhandledRejection", stop);
}
