import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { toJsonLines } from "../data/records";
import { Problem, isProblem } from "../protocol/problem";
import { resolveConfig } from "../protocol/resolveConfig";
import { configFormatVersion } from "../protocol/runConfig";
import type { JsonValue } from "../protocol/trainerEvents";
import { makeFolder, replaceFile } from "../runs/disk";
import { labelsFolder } from "../runs/labelFiles";
import { exportModel } from "../runs/modelFolder";
import { modelFiles, modelsFolder, projectFile } from "../runs/runPaths";
import { tinyWorld } from "../world/tinyWorld";
import { changedSettings } from "../protocol/changedSettings";

export const templates = ["tiny-world", "empty"] as const;
export type Template = (typeof templates)[number];

export interface NewProject {
  readonly folder: string;
  readonly template: Template;
  /** Seed of the tiny world and of the project's runs. */
  readonly seed: number;
  /** Texts "key=value" that go into rlhf.json. */
  readonly set: readonly string[];
  /** Whether the base model that ships comes along, where there is one for the seed. */
  readonly withBase: boolean;
}

/** What was done, as paths inside the project. */
export interface CreatedProject {
  readonly written: readonly string[];
  /** Were there already, and were left as they are. */
  readonly kept: readonly string[];
}

/** Documents of the tiny world's pretraining text: some two million words. */
const worldDocuments = 40_000;
/** The base model that ships was pretrained on the world of this seed, and knows no other. */
const shippedSeed = 1;
const shippedBase = join(__dirname, "../media/base");

/**
 * Creates a project, or completes one: no file that is there is touched. rlhf.json comes last, so that a folder with it has everything;
 * what was written before a failure is removed again. Throws DiskError.
 */
export function createProject({
  folder,
  template,
  seed,
  set,
  withBase,
}: NewProject): CreatedProject | Problem {
  const isNew = !existsSync(folder);
  if (!isNew && !existsSync(join(folder, projectFile)) && readdirSync(folder).length > 0)
    return new Problem(
      "refused",
      `${folder} is not empty and holds no ${projectFile}: choose a new folder, so that nothing in it is mixed up.`,
    );
  const config = projectConfig(template, seed, set);
  if (isProblem(config)) return config;
  const written: string[] = [];
  const kept: string[] = [];
  const write = (name: string, content: string): void => {
    if (existsSync(join(folder, name))) return void kept.push(name);
    replaceFile(join(folder, name), content);
    written.push(name);
  };
  try {
    for (const inner of [folder, join(folder, "data"), labelsFolder(folder)]) makeFolder(inner);
    for (const [name, content] of Object.entries(templateFiles(template, seed))) write(name, content);
    if (withBase && template === "tiny-world" && seed === shippedSeed) copyShippedBase(folder, written);
    write(projectFile, `${JSON.stringify(config, null, 2)}\n`);
  } catch (error) {
    for (const name of written) rmSync(join(folder, name), { recursive: true, force: true });
    if (isNew) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return { written, kept };
}

function copyShippedBase(folder: string, written: string[]): void {
  const to = join(modelsFolder(folder), "base");
  if (existsSync(to) || !existsSync(join(shippedBase, modelFiles.weights))) return;
  makeFolder(modelsFolder(folder));
  const refused = exportModel(shippedBase, to);
  if (refused !== null) throw new Error(refused.message);
  written.push("models/base");
}

const templateSettings: Readonly<Record<Template, readonly string[]>> = {
  "tiny-world": [
    "data.testPrompts=data/testPrompts.jsonl",
    "tokenizer.vocabularySize=896",
    "pretrain.steps=5000",
    "labeling.promptsPerRound=1600",
    "labeling.rounds=2",
    "ppo.heldOutScore=judge",
    "evaluate.prompts=800",
  ],
  empty: [],
};

/** rlhf.json: what differs from the defaults, and nothing else, so that it stays short and later defaults apply. */
function projectConfig(
  template: Template,
  seed: number,
  set: readonly string[],
): { readonly [key: string]: JsonValue } | Problem {
  const resolved = resolveConfig({}, { set: [...templateSettings[template], `seed=${seed}`, ...set] });
  if (resolved.type === "problems")
    return new Problem("invalidValue", resolved.problems.map(({ message }) => message).join(" "));
  return { formatVersion: configFormatVersion, ...nested(changedSettings(resolved.config)) };
}

function nested(settings: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  const blocks: Record<string, JsonValue> = {};
  for (const [path, value] of Object.entries(settings)) {
    const [block, key] = path.split(".");
    if (key === undefined) blocks[block] = value;
    else blocks[block] = { ...(blocks[block] as Record<string, JsonValue> | undefined), [key]: value };
  }
  return blocks;
}

function templateFiles(template: Template, seed: number): Readonly<Record<string, string>> {
  const common = { ".gitignore": "runs/\nmodels/\n", "README.md": readme[template] };
  if (template === "empty") return common;
  const world = tinyWorld(seed);
  return {
    "data/prompts.jsonl": toJsonLines(world.promptLog()),
    "data/demonstrations.jsonl": toJsonLines(world.demonstrations()),
    "data/testPrompts.jsonl": toJsonLines(world.testPrompts()),
    "data/pretraining.txt": `${world.pretrainingDocuments(worldDocuments).join("\n\n")}\n`,
    ...common,
  };
}

const layout = `- \`rlhf.json\`: settings that differ from the defaults
- \`data/\`: prompts, demonstrations, comparisons and pretraining text, one record a line
- \`labels/\`: responses to rank, and the rankings
- \`models/\`, \`runs/\`: what training leaves behind; not for version control
`;

const readme: Readonly<Record<Template, string>> = {
  "tiny-world": `# A tiny world

A synthetic project of RLHF Workbench: all facts, prompts, demonstrations and labelers in it are made up by a program.

    rlhf check                          # what is in the data
    rlhf pipeline --labels simulated    # base model, SFT, rankings, reward model, PPO, PPO-ptx, evaluation
    rlhf runs                           # what came of it

${layout}`,
  empty: `# A project of RLHF Workbench

    rlhf import FILE...                 # prompts, demonstrations, comparisons or pretraining text
    rlhf check                          # what is in the data, and what is wrong with it
    rlhf pipeline                       # base model, SFT, rankings, reward model, PPO, evaluation

${layout}`,
};
