import assert from "node:assert/strict";
import { join } from "node:path";
import { runCli } from "../../support/runCli";
import { repository } from "./installed";
import { session } from "./session";
import { makeTiny } from "./tinyProject";

/** A project with a base model, and unless told otherwise with an SFT that lasts longer than any test. */
export async function longProject(name: string, epochs = 1000): Promise<string> {
  const folder = await (await session()).project(name);
  makeTiny(folder, { settings: { "sft.epochs": epochs, "sft.ppoInitEpochs": epochs } });
  await rlhf(folder, "pretrain");
  return folder;
}

/** Runs a command of the built command line in a project, to its good end. */
export async function rlhf(project: string, ...words: readonly string[]): Promise<void> {
  const file = join(repository, "dist/cli.js");
  const { code, err } = await runCli([...words, "--project", project], { file });
  assert.equal(code, 0, err);
}
