import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { problemTranslator } from "../../extension/host/problemTexts";

/** A text of the sources as a template: what a template literal puts in becomes {0}, {1}… */
export interface SourceText {
  readonly text: string;
  readonly file: string;
}

/** Folders whose every text in words can come to a person through the host, as part of a problem, of an event or of an import's report. */
const spoken = ["protocol", "data", "runs", "project", "formats", "tokenizer", "trainer", "engine"];

/** Folders that say much else, in a terminal or through t(): only what is given to a Problem, an Error or a `message` counts there. */
const spokenInProblems = ["cli", "host", "native", "report"];

/** Files whose texts do not come to the host as sentences, and why. */
const unspoken: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /^protocol\/(runConfig|(data|evaluate|ppo|project|shared|training)Fields|configDocs|configSchema|metric)\.ts$/,
    "the catalogue: media/settings translates it",
  ],
  [/^protocol\/\w*[mM]etrics\.ts$/, "the catalogue of metrics"],
  [/^data\/exportFormats\.ts$/, "the command line's help; the host has texts of its own for the formats"],
  [/^project\/trainingData\.ts$/, "notes for the terminal"],
  [/^data\/probeVariants\.ts$/, "answers for a model to read"],
  [/^cli\/(bench\w*|selfcheckCommand|pipeline|showCommand|cli)\.ts$/, "commands for a terminal"],
];

/** Calls whose arguments nobody reads: names of random streams and lines of logs, or which translate them. */
const unheard = new Set(["split", "log", "error", "t"]);

/** Texts in words that are no part of a sentence a person sees. */
const noSentences = new Set([
  ...["Human: {0}", "Response {0}", "tiers and ratings"], // texts of exported files, and what to read
  ...["blind A/B", "oasst {0}", "prompt {0}", "user {0}", "rollout {0}"], // names of records and random streams
  "Application Support", // a folder's name
  "(Get-Process -Id {0}).StartTime.ToFileTimeUtc()",
  "usage: trainer --project DIR --run DIR [--grace SECONDS|forever] [--hold]   (begins the run, or resumes it from its last checkpoint)",
  // Notes that the command line prints in a terminal alone.
  "{0} documents for training, {1} for validation",
  "{0} demonstrations for training, {1} for validation",
  "{0} test prompts",
  // Mistakes of programmers.
  "only JSON values can be encoded, got a {0}",
  'a tensor\'s name begins with its group and a slash, got "{0}"',
  "the loss does not reach the parameter {0}",
  "a block of memory was freed twice",
  "a tensor of type {0} does not lie in the kernels' memory",
]);

const inWords = (text: string): boolean => /\p{L}{2}/u.test(text) && /\s/.test(text) && !text.includes("\n");

/** The text of a literal; null for any other node. */
function templateOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.head.text + node.templateSpans.map(({ literal }, i) => `{${i}}${literal.text}`).join("");
}

const lastName = (node: ts.Expression): string =>
  ts.isPropertyAccessExpression(node) ? node.name.text : ts.isIdentifier(node) ? node.text : "";

/** Whether a person never sees what is below the node. */
function isUnheard(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return true;
  if (ts.isNewExpression(node)) return lastName(node.expression) === "RangeError";
  return ts.isCallExpression(node) && unheard.has(lastName(node.expression));
}

/** Every text of a node but for what nobody hears; a name stands for what it was given in the same file, if it is one of `named`. */
function textsOf(node: ts.Node, named = new Map<string, ts.Expression>()): string[] {
  if (isUnheard(node)) return [];
  const own = templateOf(node);
  const given = ts.isIdentifier(node) ? named.get(node.text) : undefined;
  // Once: a name could be given what is made of another one of the same name.
  const inner =
    given === undefined
      ? childrenOf(node).flatMap((child) => textsOf(child, named))
      : textsOf(given, new Map([...named].filter(([name]) => name !== node.getText())));
  return own === null ? inner : [own, ...inner];
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  // What a property is called says nothing.
  ts.forEachChild(node, (child) => {
    if (!ts.isPropertyAccessExpression(node) || child === node.expression) children.push(child);
  });
  return children;
}

const descendants = (node: ts.Node): ts.Node[] => [node, ...childrenOf(node).flatMap(descendants)];

/** The texts that are given to problems, errors and messages in a file. */
function problemTexts(source: ts.SourceFile): string[] {
  const all = descendants(source);
  const named = new Map(
    all.flatMap((node): [string, ts.Expression][] =>
      ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer
        ? [[node.name.text, node.initializer]]
        : [],
    ),
  );
  return all.flatMap((node) => {
    if (ts.isNewExpression(node) && /^(Problem|DiskError|Error)$/.test(lastName(node.expression)))
      return [...(node.arguments ?? [])].flatMap((argument) => textsOf(argument, named));
    if (ts.isPropertyAssignment(node) && node.name.getText() === "message")
      return textsOf(node.initializer, named);
    return [];
  });
}

const root = join(process.cwd(), "extension");

function sourcesIn(folder: string): ts.SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => `${folder}/${String(name).replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(".ts") && !unspoken.some(([pattern]) => pattern.test(name)))
    .map((name) =>
      ts.createSourceFile(name, readFileSync(join(root, name), "utf8"), ts.ScriptTarget.ES2022, true),
    );
}

/** Every text of the sources that can be a sentence, or a part of one, in what the host shows of others: also single words. */
export function sourceTexts(): readonly SourceText[] {
  return (known ??= readTexts());
}

let known: readonly SourceText[] | undefined;

function readTexts(): SourceText[] {
  const textsOfFile = (source: ts.SourceFile, texts: readonly string[]): SourceText[] =>
    texts.map((text) => ({ text, file: source.fileName }));
  return [
    ...spoken.flatMap(sourcesIn).flatMap((source) => textsOfFile(source, textsOf(source))),
    ...spokenInProblems.flatMap(sourcesIn).flatMap((source) => textsOfFile(source, problemTexts(source))),
  ];
}

/** Those that need a translation: in words, and sentences. */
export function problemTemplates(): SourceText[] {
  return sourceTexts().filter(({ text }) => inWords(text) && !noSentences.has(text));
}

/** The translations of problems into a language. */
export function problemsIn(language: string): Map<string, string> {
  const json: unknown = JSON.parse(
    readFileSync(join(process.cwd(), "media/l10n", language, "problems.json"), "utf8"),
  );
  return new Map(Object.entries(json as Record<string, string>));
}

/** What the host does with a problem's message in a window of a language. */
export function translateProblem(language: string): (message: string) => string {
  const texts = problemsIn(language);
  return problemTranslator([...texts.keys()], (template, values) =>
    (texts.get(template) ?? template).replace(/\{(\d)\}/g, (_, place: string) => values[Number(place)]),
  );
}
