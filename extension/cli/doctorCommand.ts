import { mkdtempSync, rmdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { backendNames, useBackend, type BackendName, type BackendResult } from "../engine/backend";
import { isProblem } from "../protocol/problem";
import { errorCode } from "../runs/disk";
import { action } from "./action";
import { chooseBackend } from "./chooseBackend";
import { areProblems, openFolder, openProject, type GlobalFlags } from "./globalFlags";
import { machineFacts, type GraphicsCard } from "./machine";
import { tryBackend } from "./nativeTrial";
import type { OpenOutput, Output } from "./output";
import { nativeRoutes } from "./nativeRoutes";
import { section } from "./table";
import { madeShape, usualWork, workOfStage, type TrialWork } from "./trialWork";
import { codeVersion } from "./version";

export function registerDoctor(program: Command, openOutput: OpenOutput): void {
  program
    .command("doctor")
    .description("say for each backend whether it works here, on which device, and if not why")
    .addHelpText("after", "\nExample:\n  rlhf doctor --threads 2")
    .action(
      action(openOutput, async ({ output, flags }) => {
        const backends: [BackendName, BackendResult][] = [];
        const threads = flags.threads ?? 0;
        const choice =
          flags.backend === "auto" ? await chooseBackend(workHere(flags, output), threads, output) : null;
        const asked = choice?.backend ?? (flags.backend as BackendName | undefined);
        for (const name of asked === undefined ? backendNames : [asked])
          backends.push([name, await tried(name, threads)]);
        const found = openFolder(flags);
        const folder = isProblem(found) ? process.cwd() : found;
        const place = {
          folder,
          isProject: !isProblem(found),
          freeBytes: freeBytes(folder),
          ...writing(folder),
        };
        const native = backends.some(([name]) => name === "tensorflow") ? await nativeRoutes() : [];
        const works = backends.some(([name, { ok }]) => ok && name === (asked ?? "wasm"));
        const machine = await machineFacts();
        const json = backends.map(([name, result]) =>
          result.ok
            ? { ok: true, ...result.info, selfTest: result.selfTest }
            : { name, ok: false, problem: result.problem },
        );
        output.result(
          {
            version: codeVersion,
            machine: { ...machine, graphicsCards: machine.graphicsCards.map((card) => ({ ...card })) },
            place,
            backends: json,
            ...(choice && { auto: { ...choice } }),
            native: native.map((route) => ({ ...route })),
          },
          [
            section(`RLHF Workbench ${codeVersion}`, [
              ["Node", `${machine.node}, ${machine.platform}`],
              ["processor", `${machine.processor}, ${machine.threads} threads`],
              ["memory", `${gigabytes(machine.memoryBytes)}, ${gigabytes(machine.freeMemoryBytes)} free`],
              ...machine.graphicsCards.map((card): [string, string] => ["graphics", cardText(card)]),
              [place.isProject ? "project" : "folder", place.folder],
              ["disk", `${gigabytes(place.freeBytes)} free, ${place.writeProblem ?? "can be written"}`],
            ]),
            section("Backends", backends.map(backendPair)),
            ...(choice === null
              ? []
              : [section("--backend auto", [[`takes ${choice.backend}`, choice.reason]])]),
            ...(native.length > 0
              ? [
                  section(
                    "TensorFlow",
                    native.map(({ name, found }) => [name, found]),
                  ),
                ]
              : []),
          ].join("\n"),
        );
        return works && place.writeProblem === null ? 0 : 1;
      }),
    );
}

/** TensorFlow is tried in a process of its own: what its library prints, or ends with, is then no matter. */
async function tried(name: BackendName, threads: number): Promise<BackendResult> {
  if (name !== "tensorflow") return useBackend(name, { threads });
  const end = await tryBackend({ backend: name, work: null, threads });
  if (!end.ok) return { ok: false, problem: `the backend ${name} does not work here: ${end.reason}` };
  const { selfTest, ...info } = end;
  return {
    ok: true,
    selfTest,
    info: { name, device: info.device, threads: info.threads, usesGpu: info.usesGpu },
  };
}

/** What the project's own model is for, or outside of projects what any small one is. */
function workHere(flags: GlobalFlags, output: Output): TrialWork {
  const context = openProject(flags, output);
  if (areProblems(context)) return usualWork;
  return workOfStage("ppo", context.config, madeShape(context.config));
}

function backendPair([name, result]: [BackendName, BackendResult]): [string, string] {
  // The problem's own sentence begins with the name again, for where it stands alone.
  if (!result.ok)
    return [name, `does not work: ${result.problem.replace(/^the backend \w+ .*? here: /, "")}`];
  return [
    name,
    `works: ${result.info.device}; the self-test differs by ${result.selfTest.toPrecision(2)} from the reference`,
  ];
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return NaN;
  }
}

/** Only trying tells whether a folder can be written, on every system alike. */
function writing(folder: string): { readonly writeProblem: string | null } {
  try {
    rmdirSync(mkdtempSync(join(folder, ".rlhf-doctor-")));
    return { writeProblem: null };
  } catch (error) {
    return { writeProblem: `cannot be written (${errorCode(error)})` };
  }
}

function cardText({ name, memoryBytes, computeCapability, driver }: GraphicsCard): string {
  return `${name}, ${gigabytes(memoryBytes)}, compute capability ${computeCapability}, driver ${driver}`;
}

function gigabytes(bytes: number): string {
  return Number.isFinite(bytes) ? `${(bytes / 2 ** 30).toFixed(1)} GB` : "an unknown amount";
}
