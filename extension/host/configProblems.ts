import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  type JSONPath,
  type Node,
  type ParseError,
} from "jsonc-parser";
import { dataListNames } from "../data/dataLists";
import type { ConfigProblem } from "../protocol/configRules";
import type { FieldValue, Say } from "../protocol/fieldValue";
import { checkConfig } from "../protocol/resolveConfig";
import { configBlocks, type RunConfig } from "../protocol/runConfig";

/** A change that mends a problem of rlhf.json. */
export type ConfigFix =
  | { readonly type: "set"; readonly path: string; readonly value: FieldValue }
  /** The key at a place becomes another setting, with its value. */
  | { readonly type: "rename"; readonly at: JSONPath; readonly to: string }
  | { readonly type: "remove"; readonly at: JSONPath }
  /** An empty file, relative to the project. */
  | { readonly type: "create"; readonly file: string };

/** Something wrong with the text of an rlhf.json, and where. */
export interface FileProblem {
  readonly offset: number;
  readonly length: number;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** The editor's schema validation says it already; only the fixes are ours. */
  readonly isInSchema: boolean;
  readonly fixes: readonly ConfigFix[];
}

/** What there is in the project besides the text. */
export interface ProjectFiles {
  /** A path relative to the project, or an absolute one. */
  readonly fileExists: (file: string) => boolean;
  readonly modelExists: (reference: string) => boolean;
}

/**
 * Everything that is wrong with an rlhf.json. A text that is no JSON has no problems here: the editor says where it breaks, and what it means
 * is not known before it is whole.
 */
export function configFileProblems(text: string, files: ProjectFiles, t: Say): FileProblem[] {
  const root = parseWhole(text);
  if (root?.type !== "object") return [];
  const { ofSettings, ofRules, config } = checkConfig(getNodeValue(root));
  return [
    ...ofSettings.map((problem) => settingProblem(root, problem)),
    ...ofRules.map((problem) => ruleProblem(root, problem)),
    ...missingFiles(root, files, t),
    ...missingModels(root, config, files, t),
  ];
}

/** The tree of a text that is JSON as a whole. */
export function parseWhole(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors);
  return errors.length === 0 ? root : undefined;
}

/** The setting of a full name such as "ppo.klCoef" in the tree. */
export function findSetting(root: Node, path: string): Node | undefined {
  return findNodeAtLocation(root, [path]) ?? findNodeAtLocation(root, settingPath(path));
}

/** A setting's full name as the keys that lead to it: a block's name holds no dot. */
export function settingPath(path: string): JSONPath {
  const dot = path.indexOf(".");
  return dot < 0 ? [path] : [path.slice(0, dot), path.slice(dot + 1)];
}

function settingProblem(root: Node, problem: ConfigProblem): FileProblem {
  const { path, message, nearest, fixes = [] } = problem;
  const value = findSetting(root, path);
  const place = nearest === undefined ? value : value?.parent?.children?.[0];
  const all: ConfigFix[] =
    nearest === undefined
      ? fixes.map((fix) => ({ type: "set", ...fix }))
      : unknownKeyFixes(root, findNodeAtLocation(root, [path]) ? [path] : settingPath(path), nearest);
  return { ...rangeOf(place ?? root), severity: "error", message, isInSchema: true, fixes: all };
}

function unknownKeyFixes(root: Node, at: JSONPath, nearest: string): ConfigFix[] {
  const remove: ConfigFix = { type: "remove", at };
  const isTaken = findNodeAtLocation(root, settingPath(nearest)) !== undefined;
  return isTaken ? [remove] : [{ type: "rename", at, to: nearest }, remove];
}

/** A rule's setting may stand at its default: then the problem is shown at another setting of the rule, or at the block. */
function ruleProblem(root: Node, { path, others = [], fixes = [], message }: ConfigProblem): FileProblem {
  const found = [path, ...others].map((name) => findSetting(root, name)).find((node) => node !== undefined);
  const block = findNodeAtLocation(root, settingPath(path).slice(0, 1))?.parent?.children?.[0];
  return {
    ...rangeOf(found ?? block ?? root),
    severity: "error",
    message,
    isInSchema: false,
    fixes: fixes.map((fix) => ({ type: "set", ...fix })),
  };
}

/** Files that the text names and that are not there. Those of the defaults may be missing, and then hold nothing. */
function missingFiles(root: Node, { fileExists }: ProjectFiles, t: Say): FileProblem[] {
  return dataListNames.flatMap((list) => {
    const items = findNodeAtLocation(root, ["data", list])?.children ?? [];
    return items.flatMap((node, index): FileProblem[] => {
      const file: unknown = node.value;
      if (typeof file !== "string" || fileExists(file)) return [];
      if ((configBlocks.data[list].default as readonly string[]).includes(file)) return [];
      const message = t("{0} is missing: no stage that reads data.{1} can start.", file, list);
      const remove: ConfigFix = { type: "remove", at: ["data", list, index] };
      const fixes: ConfigFix[] = file.trim() === "" ? [remove] : [{ type: "create", file }, remove];
      return [{ ...rangeOf(node), severity: "error", message, isInSchema: false, fixes }];
    });
  });
}

function missingModels(root: Node, { sft }: RunConfig, { modelExists }: ProjectFiles, t: Say): FileProblem[] {
  const reference = sft.selectionRewardModel;
  const node = findSetting(root, "sft.selectionRewardModel");
  if (node === undefined || reference === "" || sft.selection !== "rewardModel") return [];
  if (modelExists(reference)) return [];
  const message = t(
    "There is no model {0}: name one as models/NAME, a run's id, or a run's id with @best or @last.",
    reference,
  );
  return [{ ...rangeOf(node), severity: "warning", message, isInSchema: false, fixes: [] }];
}

function rangeOf(node: Node): { readonly offset: number; readonly length: number } {
  // The whole file underlined would say nothing: its first brace stands for it.
  return { offset: node.offset, length: node.type === "object" ? 1 : node.length };
}
