import { existsSync } from "node:fs";
import { join } from "node:path";
import { lengthCounter, type LengthCounter } from "../data/demonstrationLength";
import { parseRecords } from "../data/parseRecords";
import type { Prompt } from "../data/records";
import { parseJson } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { resolveConfig } from "../protocol/resolveConfig";
import type { RunConfig } from "../protocol/runConfig";
import { readProjectConfig } from "../runs/project";
import { projectFile, tokenizerFile } from "../runs/runPaths";
import { readText } from "../runs/sealedFolder";
import { fileStamp } from "./fileStamp";

/** The settings of a project, all of them. */
export function readConfig(project: string): RunConfig | Problem {
  const text = readProjectConfig(project);
  const parsed = isProblem(text) ? text : parseJson(text, projectFile);
  if (isProblem(parsed)) return parsed;
  const resolved = resolveConfig(parsed.json);
  if (resolved.type === "config") return resolved.config;
  return new Problem("invalidValue", `${projectFile}: ${resolved.problems[0].message}`);
}

/** What is read of a project for writing in it, read again when its files have changed. */
export class ProjectTexts {
  private readonly known = new Map<string, { readonly stamp: string; readonly value: unknown }>();

  constructor(private readonly project: string) {}

  /** The prompts of the project's files; lines that cannot be read are left out, and `rlhf check` names them. */
  prompts(): readonly Prompt[] {
    const config = this.config();
    if (isProblem(config)) return [];
    return config.data.prompts.flatMap((file) => this.promptsOf(join(this.project, file), file));
  }

  /** Counts by the tokenizer of the project's base model; the reason when that cannot be read. */
  counter(): LengthCounter | Problem {
    const config = this.config();
    if (isProblem(config)) return config;
    const { data, model } = config;
    const path = tokenizerFile(this.project, model.name);
    return this.cached(`counter ${JSON.stringify([data, model])}`, path, () => {
      const text = existsSync(path) ? readText(path) : null;
      return isProblem(text) ? text : lengthCounter(text, path, { ...data, context: model.context });
    });
  }

  private config(): RunConfig | Problem {
    return this.cached("config", join(this.project, projectFile), () => readConfig(this.project));
  }

  private promptsOf(path: string, name: string): readonly Prompt[] {
    return this.cached(`prompts ${path}`, path, () => {
      const text = existsSync(path) ? readText(path) : "";
      return isProblem(text) ? [] : parseRecords("prompts", text, name).records;
    });
  }

  private cached<T>(key: string, path: string, read: () => T): T {
    const stamp = fileStamp(path);
    const known = this.known.get(key);
    if (known?.stamp === stamp) return known.value as T;
    const value = read();
    this.known.set(key, { stamp, value });
    return value;
  }
}
