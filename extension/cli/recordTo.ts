import { appendFileSync } from "node:fs";
import { findSetup, nativeFolder } from "../engine/tensorflow/nativeSetup";
import { encodeJson } from "../protocol/codec";
import { isProblem, type Problem } from "../protocol/problem";
import { diskError } from "../runs/disk";
import type { Call, Outcome } from "./action";
import { machineFacts } from "./machine";
import type { Output } from "./output";
import { codeVersion } from "./version";

/** The flag of commands that know it. */
export const toFlag = [
  "--to <file>",
  "add what --json prints to the end of a file, to be sent to somebody",
] as const;

/**
 * A command's body that with --to also writes its JSON lines to the end of a file, after one that says on what machine. Several commands may
 * write to one file: `rlhf selfcheck --to F && rlhf bench --to F`.
 */
export function recorded<Options extends { readonly to?: string }, Words extends readonly unknown[]>(
  command: string,
  body: (call: Call<Options, Words>) => Promise<Outcome>,
): (call: Call<Options, Words>) => Promise<Outcome> {
  return async (call) => {
    const { to } = call.options;
    return to === undefined ? body(call) : recordTo(to, command, call, body);
  };
}

async function recordTo<Options, Words extends readonly unknown[]>(
  file: string,
  command: string,
  call: Call<Options, Words>,
  body: (call: Call<Options, Words>) => Promise<Outcome>,
): Promise<Outcome> {
  const add = (text: string): void => {
    try {
      appendFileSync(file, text);
    } catch (error) {
      throw diskError(error, file);
    }
  };
  add(""); // Before anything is computed: can it be written?
  const setup = findSetup(nativeFolder());
  const { version, route, device } = setup.type === "whole" ? setup.setup : nothing;
  const machine = {
    ...{ type: "event", event: "machine", command, version: codeVersion },
    ...(await machineFacts()),
    tensorflow: { setUp: setup.type, version, route, device },
  };
  // The machine comes with the first line: a body that leaves its work to another process has none, and that one writes its own.
  let begun = false;
  const write = (value: object): void => {
    if (!begun) add(`${encodeJson(machine)}\n`);
    begun = true;
    add(`${encodeJson(value)}\n`);
  };
  const output: Output = {
    ...call.output,
    emit: (value) => {
      write(value);
      call.output.emit(value);
    },
    result: (value, text) => {
      write({ type: "result", ...value });
      call.output.result(value, text);
    },
  };
  const outcome = await body({ ...call, output });
  for (const { problem, message } of problemsOf(outcome)) write({ type: "error", problem, message });
  return outcome;
}

const nothing = { version: null, route: null, device: null };

function problemsOf(outcome: Outcome): readonly Problem[] {
  if (typeof outcome === "number" || "told" in outcome) return [];
  return isProblem(outcome) ? [outcome] : outcome;
}
