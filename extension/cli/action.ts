import { CommanderError, type Command } from "commander";
import { Problem, isProblem } from "../protocol/problem";
import { DiskError } from "../runs/disk";
import { globalFlags, type GlobalFlags } from "./globalFlags";
import type { OpenOutput, Output } from "./output";

/** 0 done, 1 failed, 2 wrong use, 3 interrupted or waiting, resumable. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface Call<Options = object, Words extends readonly unknown[] = readonly []> {
  readonly output: Output;
  readonly flags: GlobalFlags;
  /** The command's own flags. */
  readonly options: Options;
  /** The command's arguments, in order: texts, and lists of texts for those that may be repeated. */
  readonly words: Words;
}

/** What a command's body gives back: problems are printed and mean exit code 1, an interruption among them 3. */
export type Outcome = ExitCode | Problem | readonly Problem[] | Told;

/** An end of which a process apart has told all. */
export interface Told {
  readonly told: ExitCode;
}

/**
 * An action for commander: opens the output, runs the body, prints its problems and sets the process's exit code. An error that is thrown
 * becomes one sentence too; RLHF_DEBUG=1 adds where it came from.
 */
export function action<Options = object, Words extends readonly unknown[] = readonly []>(
  openOutput: OpenOutput,
  body: (call: Call<Options, Words>) => Outcome | Promise<Outcome>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const flags = globalFlags(command);
    const { output, isEnded } = watchEnd(openOutput(flags));
    // Commander gives what the command declared: its arguments, then its flags, then itself.
    const words = given.slice(0, -2) as unknown as Words;
    const outcome = await settle(() => body({ output, flags, options: command.opts() as Options, words }));
    if (typeof outcome === "number") {
      if (!isEnded()) output.result({ exitCode: outcome }, "");
      process.exitCode = outcome;
    } else if ("told" in outcome) {
      process.exitCode = outcome.told;
    } else {
      const problems = isProblem(outcome) ? [outcome] : outcome;
      for (const problem of problems) output.problem(problem);
      process.exitCode = problems.some(({ problem }) => problem === "interrupted") ? 3 : 1;
    }
  };
}

/** The output, and whether a result or a problem was its last word, which with --json must be the last line of every command. */
function watchEnd(output: Output): { readonly output: Output; readonly isEnded: () => boolean } {
  let isEnded = false;
  const watched: Output = {
    ...output,
    result: (value, text) => {
      isEnded = true;
      output.result(value, text);
    },
    problem: (problem) => {
      isEnded = true;
      output.problem(problem);
    },
  };
  return { output: watched, isEnded: () => isEnded };
}

async function settle(body: () => Outcome | Promise<Outcome>): Promise<Outcome> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof CommanderError) throw error; // wrong use, which the program's caller tells
    if (error instanceof DiskError) return new Problem("disk", error.message);
    const detail = error instanceof Error ? error.message : String(error);
    const sentence = `Something went wrong inside RLHF Workbench: ${detail}`;
    const hasStack = process.env.RLHF_DEBUG === "1" && error instanceof Error;
    return new Problem("internal", hasStack ? `${sentence}\n${error.stack}` : sentence);
  }
}
