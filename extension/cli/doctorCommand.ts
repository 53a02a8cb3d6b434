import { mkdtempSync, rmdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { useBackend, type BackendName, type BackendResult } from "../engine/backend";
import { isProblem } from "../protocol/problem";
import { rootFields } from "../protocol/runConfig";
import { errorCode } from "../runs/disk";
import { action } from "./action";
import { openFolder } from "./globalFlags";
import { machineFacts, type GraphicsCard } from "./machine";
import type { OpenOutput } from "./output";
import { nativeRoutes } from "./nativeRoutes";
import { section } from "./table";
import { codeVersion } from "./version";

export function registerDoctor(program: Command, openOutput: OpenOutput): void {
  program
    .command("doctor")
    .description("say for each backend whether it works here, on which device, and if not why")
    .addHelpText("after", "\nExample:\n  rlhf doctor --threads 2")
    .action(
      action(openOutput, async ({ output, flags }) => {
        const backends: [BackendName, BackendResult][] = [];
        for (const name of flags.backend === undefined ? rootFields.backend.choices : [flags.backend])
          backends.push([name, await useBackend(name, { threads: flags.threads ?? 0 })]);
        const found = openFolder(flags);
        const folder = isProblem(found) ? process.cwd() : found;
        const place = {
          folder,
          isProject: !isProblem(found),
          freeBytes: freeBytes(folder),
          ...writing(folder),
        };
        const asked = backends.some(([name]) => name === "tensorflow");
        const native = asked ? await nativeRoutes() : [];
        const works = backends.some(([name, { ok }]) => ok && name === (flags.backend ?? "wasm"));
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
            ...(asked
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
