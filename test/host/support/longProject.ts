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
  const file = join(repository, "dist/cli.js");
  const { code, err } = await runCli(["pretrain", "--project", folder], { file });
  assert.equal(code, 0, err);
  return folder;
}
