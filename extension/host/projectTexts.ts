import { existsSync } from "node:fs";
import { join } from "node:path";
import { lengthCounter, type LengthCounter } from "../data/demonstrationLength";
import { parseRecords } from "../data/parseRecords";
import type { Prompt } from "../data/records";
import { isProblem, type Problem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import { projectFile, tokenizerFile } from "../runs/runPaths";
import { readText } from "../runs/sealedFolder";
import { fileStamp } from "./fileStamp";
import { projectConfig } from "./projectConfig";

/** What is read of a project for writing in it, read again when its files have changed. */
export class ProjectTexts {
  private readonly known = new Map<string, { readonly stamp: string; readonly value: unknown }>();

  constructor(private readonly project: string) {}

  /** The prompts of the project's files; lines that cannot be read are left out, and `rlhf check` names them. */
  prompts(): readonly Prompt[] {
    return this.config().data.prompts.flatMap((file) => this.promptsOf(join(this.project, file), file));
  }

  /** Counts by the tokenizer of the project's base model; the reason when that cannot be read. */
  counter(): LengthCounter | Problem {
    const { data, model } = this.config();
    const path = tokenizerFile(this.project, model.name);
    return this.cached(`counter ${JSON.stringify([data, model])}`, path, () => {
      const text = existsSync(path) ? readText(path) : null;
      return isProblem(text) ? text : lengthCounter(text, path, { ...data, context: model.context });
    });
  }

  /** The settings; the defaults where rlhf.json cannot be used, of which its own editor tells. */
  config(): RunConfig {
    const path = join(this.project, projectFile);
    return this.cached("config", path, () => projectConfig(this.project).config);
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
