import { brokenRules, type ConfigProblem } from "./configRules";
import type { Field } from "./configField";
import { accepts, expectedOf, nearestValue, valueOfText, type FieldValue, type Setting } from "./fieldValue";
import { nearestWord } from "./nearest";
import { configBlocks, configFormatVersion, rootFields, type RunConfig } from "./runConfig";
import { tinySettings } from "./tinySettings";

export type ResolvedConfig =
  | { readonly type: "config"; readonly config: RunConfig }
  | { readonly type: "problems"; readonly problems: readonly ConfigProblem[] };

export interface ResolveOptions {
  /** Lays the small sizes of `tinySettings` over the file. */
  readonly tiny?: boolean;
  /** Texts "key=value" of the command line, which win over all else, the last one over those before. */
  readonly set?: readonly string[];
}

const blocks: Readonly<Record<string, Readonly<Record<string, Field>>>> = configBlocks;

/** All fields by full name, in the catalogue's order. */
export const configFields: ReadonlyMap<string, Field> = new Map<string, Field>([
  ...Object.entries(rootFields),
  ...Object.entries(blocks).flatMap(([block, fields]) =>
    Object.entries(fields).map(([key, field]): [string, Field] => [`${block}.${key}`, field]),
  ),
]);

/** The config of an empty file: every default of the catalogue. */
export function defaultConfig(): RunConfig {
  return assemble(new Map());
}

/** The smallest useful config: a whole pipeline in seconds, for trying things out and for tests. */
export function tinyConfig(): RunConfig {
  return assemble(new Map(Object.entries(tinySettings)));
}

/**
 * The complete config from a parsed rlhf.json of unknown origin and the command line's changes, or everything that is wrong with them.
 * Precedence: defaults, then the file, then the tiny sizes, then `set`.
 */
export function resolveConfig(
  json: unknown,
  { tiny = false, set = [] }: ResolveOptions = {},
): ResolvedConfig {
  const parts = [...readFile(json), ...(tiny ? tinyParts() : []), ...set.map(parseAssignment)];
  const problems = parts.filter(isConfigProblem);
  if (problems.length > 0) return { type: "problems", problems };
  const settings = parts.filter((part): part is Setting => !isConfigProblem(part));
  const config = assemble(new Map(settings.map(({ path, value }) => [path, value])));
  const broken = brokenRules(config);
  return broken.length > 0 ? { type: "problems", problems: broken } : { type: "config", config };
}

/** What a check of a file finds, for editors: keys and values are told apart from rules, because a JSON schema finds those as well. */
export interface ConfigCheck {
  /** Keys that are no settings, and values that their settings do not take. */
  readonly ofSettings: readonly ConfigProblem[];
  /** Rules between settings that are broken; none while a value is wrong, because the default in its place would break others. */
  readonly ofRules: readonly ConfigProblem[];
  /** The config of what is right, defaults elsewhere. */
  readonly config: RunConfig;
}

/** Everything that is wrong with a parsed rlhf.json, and the config as far as it is right. */
export function checkConfig(json: unknown): ConfigCheck {
  const parts = readFile(json);
  const ofSettings = parts.filter(isConfigProblem);
  const settings = parts.filter((part): part is Setting => !isConfigProblem(part));
  const config = assemble(new Map(settings.map(({ path, value }) => [path, value])));
  const isReadable = ofSettings.every(({ nearest }) => nearest !== undefined);
  return { ofSettings, ofRules: isReadable ? brokenRules(config) : [], config };
}

/** A setting from two texts, such as "ppo.klCoef" and "0.02", or what is wrong with them. */
export function parseSetting(path: string, text: string): Setting | ConfigProblem {
  const field = configFields.get(path);
  return field ? checked(path, field, valueOfText(field, text)) : unknownKey(path);
}

export function isConfigProblem(part: Setting | ConfigProblem): part is ConfigProblem {
  return "message" in part;
}

function parseAssignment(text: string): Setting | ConfigProblem {
  const at = text.indexOf("=");
  if (at > 0) return parseSetting(text.slice(0, at).trim(), text.slice(at + 1));
  return { path: text, message: `"${text}" must be key=value, such as ppo.klCoef=0.02.` };
}

function tinyParts(): Setting[] {
  return Object.entries(tinySettings).map(([path, value]) => ({ path, value }));
}

/** The settings of a parsed rlhf.json, and a problem for each key or value that is none. */
function readFile(json: unknown): (Setting | ConfigProblem)[] {
  if (!isObject(json)) return [{ path: "", message: "The config must be an object { … }." }];
  return Object.entries(json).flatMap(([key, value]) => {
    if (key === "$schema") return [];
    if (key === "formatVersion") return formatProblems(value);
    const field = configFields.get(key);
    if (field) return [checked(key, field, value)];
    if (Object.hasOwn(blocks, key)) return readBlock(key, value);
    return [unknownKey(key)];
  });
}

function readBlock(block: string, value: unknown): (Setting | ConfigProblem)[] {
  if (!isObject(value))
    return [{ path: block, message: `${block} must be an object { … }, but is ${shown(value)}.` }];
  return Object.entries(value).map(([key, inner]) => {
    const path = `${block}.${key}`;
    const field = configFields.get(path);
    return field ? checked(path, field, inner) : unknownKey(path);
  });
}

function formatProblems(value: unknown): ConfigProblem[] {
  const path = "formatVersion";
  if (!Number.isSafeInteger(value) || Number(value) < 1)
    return [{ path, message: `formatVersion must be a whole number from 1, but is ${shown(value)}.` }];
  if (Number(value) <= configFormatVersion) return [];
  return [
    {
      path,
      message: `The config has format version ${shown(value)}, and this version of the product knows ${configFormatVersion} at most: update it.`,
    },
  ];
}

function checked(path: string, field: Field, value: unknown): Setting | ConfigProblem {
  if (accepts(field, value)) return { path, value };
  const message = `${path} must be ${expectedOf(field)}, but is ${shown(value)}.`;
  const nearest = nearestValue(field, value);
  return { path, message, ...(nearest !== null && { fixes: [{ path, value: nearest }] }) };
}

function unknownKey(path: string): ConfigProblem {
  const nearest = nearestSetting(path);
  return { path, message: `${path} is not a setting; the nearest is ${nearest}.`, nearest };
}

/** The nearest setting by full name, or by its last word alone where that is nearer: "klCoef" means ppo.klCoef. */
function nearestSetting(path: string): string {
  const names = [...configFields.keys(), ...Object.keys(blocks)];
  const lastWord = (name: string): string => name.slice(name.indexOf(".") + 1);
  const sameWord = names.filter((name) => lastWord(name) === lastWord(path));
  return nearestWord(path, sameWord.length > 0 ? sameWord : names);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A complete config: the settings where there are any, the defaults elsewhere. */
function assemble(settings: ReadonlyMap<string, FieldValue>): RunConfig {
  const values = (prefix: string, fields: Readonly<Record<string, Field>>): Record<string, FieldValue> =>
    Object.fromEntries(
      Object.entries(fields).map(([key, field]) => [key, settings.get(prefix + key) ?? field.default]),
    );
  const config = {
    formatVersion: configFormatVersion,
    ...values("", rootFields),
    ...Object.fromEntries(
      Object.entries(blocks).map(([block, fields]) => [block, values(`${block}.`, fields)]),
    ),
  };
  return config as unknown as RunConfig; // The catalogue that gives the type has just given every key and checked every value.
}
