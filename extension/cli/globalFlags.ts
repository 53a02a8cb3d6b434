import { InvalidArgumentError, Option, type Command } from "commander";
import { parseJson } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { resolveConfig } from "../protocol/resolveConfig";
import { rootFields, type RunConfig } from "../protocol/runConfig";
import { join } from "node:path";
import { findProject, readProjectConfig } from "../runs/project";
import { projectFile } from "../runs/runPaths";
import type { Output } from "./output";

/** The flags every command has. They may stand before or behind the command's name. */
export interface GlobalFlags {
  readonly project: string | undefined;
  /** "key=value", in the order given. --seed, --backend and --threads are such settings too, and come last. */
  readonly set: readonly string[];
  readonly seed: number | undefined;
  readonly backend: RunConfig["backend"] | undefined;
  readonly threads: number | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  /** How long a trainer goes on when the command that follows it has died and nobody else looks at it; Infinity for ever. */
  readonly graceSeconds: number;
}

/** A project as a command works with it. */
export interface ProjectContext {
  readonly project: string;
  /** Complete: defaults, rlhf.json and the flags. */
  readonly config: RunConfig;
  readonly output: Output;
  /** rlhf.json as it stands, parsed. */
  readonly json: unknown;
  readonly graceSeconds: number;
}

export function addGlobalFlags(program: Command): Command {
  const repeated = (value: string, before: readonly string[] = []): string[] => [...before, value];
  return program
    .option("--project <dir>", "the project's folder (default: the one this folder lies in)")
    .option("--set <key=value>", "a setting of rlhf.json for this call; may be repeated", repeated)
    .option("--seed <n>", "seed of every random draw", wholeNumber(0, rootFields.seed.max))
    .addOption(
      new Option("--backend <name>", "who computes; auto takes what is fastest here").choices(
        rootFields.backend.choices,
      ),
    )
    .option(
      "--threads <n>",
      "threads that compute (wasm, tensorflow)",
      wholeNumber(0, rootFields.threads.max),
    )
    .option(
      "--grace <seconds>",
      'how long a trainer goes on when this command has died, or "forever" (default: 60)',
      grace,
    )
    .option("--json", "print JSON lines for programs")
    .option("--quiet", "print the result alone");
}

/** The common flags as given to a command. */
export function globalFlags(command: Command): GlobalFlags {
  const given = command.optsWithGlobals<{
    project?: string;
    set?: readonly string[];
    seed?: number;
    backend?: RunConfig["backend"];
    threads?: number;
    json?: boolean;
    quiet?: boolean;
    grace?: number;
  }>();
  const { project, seed, backend, threads, json = false, quiet = false, grace: graceSeconds = 60 } = given;
  const ownFlags = (["seed", "backend", "threads"] as const).filter((key) => given[key] !== undefined);
  const set = [...(given.set ?? []), ...ownFlags.map((key) => `${key}=${given[key]}`)];
  return { project, set, seed, backend, threads, json, quiet, graceSeconds };
}

/** The project's folder alone, for commands that need nothing of rlhf.json. */
export function openFolder(flags: GlobalFlags): string | Problem {
  return findProject(flags.project ?? process.cwd());
}

/** The project that the flags name, or the one this folder lies in, with its config resolved; or everything that is wrong. */
export function openProject(
  flags: GlobalFlags,
  output: Output,
  options: { readonly tiny?: boolean } = {},
): ProjectContext | readonly Problem[] {
  const project = openFolder(flags);
  if (isProblem(project)) return [project];
  const file = join(project, projectFile);
  const text = readProjectConfig(project);
  if (isProblem(text)) return [text];
  const parsed = parseJson(text, file);
  if (isProblem(parsed)) return [parsed];
  const resolved = resolveConfig(parsed.json, { ...options, set: flags.set });
  if (resolved.type === "config") {
    const { graceSeconds } = flags;
    return { project, config: resolved.config, output, json: parsed.json, graceSeconds };
  }
  return resolved.problems.map(({ path, message }) => {
    const isFlag = flags.set.some((text) => text === path || text.startsWith(`${path}=`));
    const name = path === "formatVersion" ? "newerFormat" : "invalidValue";
    return new Problem(name, `${isFlag ? "--set" : file}: ${message}`);
  });
}

export function areProblems(value: object): value is readonly Problem[] {
  return Array.isArray(value);
}

/** A parser for flags and arguments that are whole numbers; what is none is wrong use. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

function grace(text: string): number {
  if (text === "forever") return Infinity;
  const seconds = /^\d+$/.test(text) ? Number(text) : NaN;
  if (seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('It must be a whole number of seconds up to 86400, or "forever".');
}

/** A parser for flags that are numbers. */
export function numberFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
  };
}
