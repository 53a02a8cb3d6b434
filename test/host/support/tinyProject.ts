import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tinySettings } from "../../../extension/protocol/tinySettings";

/**
 * Gives a project of the tiny world the sizes of `--tiny` and so many demonstrations: some hundred steps of SFT are long enough to be
 * disturbed, and short enough to wait for. The base model that came along is too large for that and goes.
 */
export function makeTiny(
  project: string,
  { demonstrations = 700, settings = {} }: { demonstrations?: number; settings?: object } = {},
): void {
  const blocks: Record<string, Record<string, unknown>> = {};
  for (const [path, value] of Object.entries({ ...tinySettings, ...settings })) {
    const [block, key] = path.split(".");
    blocks[block] = { ...blocks[block], [key]: value };
  }
  const data = { ...blocks.data, testPrompts: ["data/testPrompts.jsonl"] };
  writeFileSync(
    join(project, "rlhf.json"),
    `${JSON.stringify({ formatVersion: 1, ...blocks, data }, null, 2)}\n`,
  );
  rmSync(join(project, "models"), { recursive: true, force: true });
  const file = join(project, "data/demonstrations.jsonl");
  const some = readFileSync(file, "utf8").split("\n").slice(0, demonstrations);
  writeFileSync(file, `${some.join("\n")}\n`);
}
