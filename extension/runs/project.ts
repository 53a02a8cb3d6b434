import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Problem, isProblem } from "../protocol/problem";
import { makeFolder, replaceFile } from "./disk";
import { projectFile } from "./runPaths";
import { readText } from "./sealedFolder";

/** The project a folder belongs to: the nearest one, going up, with an rlhf.json. */
export function findProject(start: string): string | Problem {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(join(folder, projectFile))) return folder;
    if (dirname(folder) === folder)
      return new Problem(
        "missing",
        `There is no ${projectFile} in ${resolve(start)} or above it: create a project with "rlhf new DIR", or name one with --project DIR.`,
      );
  }
}

/** The text of rlhf.json; protocol/resolveConfig.ts says what it means. */
export function readProjectConfig(project: string): string | Problem {
  const text = readText(join(project, projectFile));
  if (isProblem(text)) return text;
  // Editors on Windows may put a byte order mark first, which JSON does not know.
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** Writes rlhf.json, pretty-printed, and a .gitignore that leaves runs and models out of version control. Throws DiskError. */
export function writeProject(project: string, config: object): void {
  makeFolder(project);
  replaceFile(join(project, projectFile), `${JSON.stringify(config, null, 2)}\n`);
  const ignore = join(project, ".gitignore");
  if (!existsSync(ignore)) replaceFile(ignore, "runs/\nmodels/\n");
}

/** A path as manifests store it: relative to the project with forward slashes, or absolute when it lies elsewhere. */
export function projectRelative(project: string, path: string): string {
  const inside = relative(project, resolve(project, path));
  const elsewhere = inside.startsWith(`..${sep}`) || inside === ".." || isAbsolute(inside);
  return elsewhere ? resolve(project, path) : inside.split(sep).join("/");
}
