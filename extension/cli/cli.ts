#!/usr/bin/env node
import { CommanderError } from "commander";
import { Problem } from "../protocol/problem";
import { takeOverErrors } from "./apart";
import { openProcessOutput } from "./output";
import { createProgram } from "./program";

/** Runs the command line: exit code 0 done, 1 failed, 2 wrong use, 3 interrupted or waiting, resumable. */
async function main(): Promise<void> {
  takeOverErrors();
  // A reader that goes away (`rlhf runs | head -1`) ends the printing, not the work.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  // Before parsing, because wrong use must be told in the same way as everything else.
  const json = process.argv.includes("--json");
  const program = createProgram(openProcessOutput);
  if (json) program.configureOutput({ outputError: () => undefined });
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    const sentence = error.message.replace(/^error: /, "");
    if (json && error.exitCode !== 0)
      openProcessOutput({ json, quiet: false }).problem(new Problem("refused", sentence));
  }
  // Threads of a backend would keep the process alive; what was printed is written first.
  process.stdout.write("", () => process.exit());
}

void main();
