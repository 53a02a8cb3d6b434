import { differenceFrom, figureOf, overSeeds, type Difference } from "../algorithms/comparedFigures";
import { markdownTable, markdownText } from "../data/markdown";
import type { ComparedMetric, ComparedRun, CompareState, Figure } from "../protocol/compareMessages";
import { compareTexts } from "./compareTexts";
import { t } from "./text";

// A comparison as Markdown, of what its page shows. Whatever comes out of files or models is shown as text.

/** Prompts whose answers are written out. */
const writtenPrompts = 5;

export function comparisonMarkdown(state: CompareState): string {
  const texts = compareTexts();
  const names = state.runs.map(({ name, id }) =>
    id === state.baseline ? `${name} (${texts.isBaseline})` : name,
  );
  return [
    `# ${markdownText(t("{0} runs compared", state.runs.length))}`,
    runsTable(state, names),
    heading(t("Settings that differ")),
    settingsTable(state, names),
    heading(texts.origins),
    originsTable(state, names),
    heading(`${texts.metrics}: ${texts[state.view.figure]}`),
    metricsTable(state, names),
    ...groupsTable(state),
    ...answers(state, names),
    heading(texts.lineage),
    lineage(state),
  ].join("\n\n");
}

const heading = (text: string): string => `## ${markdownText(text)}`;

function runsTable({ runs }: CompareState, names: readonly string[]): string {
  const row = (
    { id, stageText, stateText, iteration, iterations, seed }: ComparedRun,
    i: number,
  ): string[] => [
    names[i],
    id,
    stageText,
    stateText,
    iterations > 0 ? `${Math.max(0, iteration)}/${iterations}` : "–",
    String(seed),
  ];
  const head = [t("run"), "id", t("stage"), t("state"), t("iteration"), t("seed")];
  return markdownTable(head, runs.map(row));
}

function settingsTable({ settings }: CompareState, names: readonly string[]): string {
  const cell = ({ value, changes }: CompareState["settings"][number]["values"][number]): string =>
    [
      value,
      ...changes.map((change) =>
        t("from iteration {0}: {1}, by {2}", change.iteration, change.value, change.who),
      ),
    ].join("; ");
  const rows = settings
    .filter(({ differs }) => differs)
    .map(({ path, values }) => [path, ...values.map(cell)]);
  return markdownTable([t("setting"), ...names], rows);
}

function originsTable({ origins }: CompareState, names: readonly string[]): string {
  const texts = compareTexts();
  const rows = origins.map(({ kind, name, differs, values }) => [
    texts[kind].replace("{0}", name),
    differs ? texts.differs : texts.same,
    ...values.map((value) => value ?? "–"),
  ]);
  return markdownTable([texts.origin, "", ...names], rows);
}

function metricsTable(state: CompareState, names: readonly string[]): string {
  const rows = state.metrics.map((row) => [
    row.name,
    row.unit,
    ...row.cells.map((_, i) => metricText(state, row, i)),
  ]);
  return markdownTable([t("metric"), t("unit"), ...names], rows);
}

/** "0.52 (0.5 to 0.54); +0.1, better; best 0.6 at iteration 31" */
function metricText(
  { view, runs, baseline }: CompareState,
  { cells, direction }: ComparedMetric,
  i: number,
): string {
  const figure = figureOf(cells[i], view.figure, direction);
  if (figure === null) return "–";
  const base = figureOf(cells[runs.findIndex(({ id }) => id === baseline)] ?? null, view.figure, direction);
  const difference =
    runs[i].id === baseline || base === null ? null : differenceFrom(figure, base, direction);
  const best = view.figure === "best" ? null : figureOf(cells[i], "best", direction);
  return [
    withInterval(figure),
    difference === null ? "" : differenceText(difference),
    best === null ? "" : t("best {0} at iteration {1}", withInterval(best), best.iteration),
  ]
    .filter((part) => part !== "")
    .join("; ");
}

function withInterval({ value, mean, low, high }: Pick<Figure, "value" | "mean" | "low" | "high">): string {
  if (Number.isNaN(low)) return number(value);
  const [from, to] = [number(low), number(high)];
  const range = value === mean ? t("{0} to {1}", from, to) : t("mean around it {0} to {1}", from, to);
  return `${number(value)} (${range})`;
}

function groupsTable({ groups, metrics, runs, view, baseline }: CompareState): string[] {
  if (groups.length === 0) return [];
  const texts = compareTexts();
  const members = groups.map((group) => group.runs.map((id) => runs.findIndex((run) => run.id === id)));
  const base = groups.findIndex((group) => group.runs.includes(baseline));
  const rows = metrics.map((row) => {
    const over = members.map((places) => overSeeds(row, places, view.figure));
    const cells = over.map((each, i) => {
      if (each === null) return "–";
      const against = base < 0 || i === base ? null : over[base];
      const difference = against === null ? null : differenceFrom(each, against, row.direction);
      return [withInterval(each), ...(difference === null ? [] : [differenceText(difference)])].join("; ");
    });
    return [row.name, ...cells];
  });
  const head = groups.map(({ seeds }) => t("Seeds {0}", seeds.join(", ")));
  return [heading(texts.groups), markdownTable([t("metric"), ...head], rows)];
}

function differenceText({ value, verdict }: Difference): string {
  return `${value > 0 ? "+" : ""}${number(value)}, ${compareTexts()[verdict]}`;
}

function answers({ prompts }: CompareState, names: readonly string[]): string[] {
  if (prompts.length === 0) return [];
  const rows = prompts
    .slice(0, writtenPrompts)
    .map(({ prompt, answers: given }) => [prompt, ...given.map((answer) => answer?.response ?? "–")]);
  return [heading(compareTexts().answers), markdownTable([t("prompt"), ...names], rows)];
}

/** Each run with what it comes from. */
function lineage({ lineage: { nodes, edges } }: CompareState): string {
  const nameOf = (id: string): string => nodes.find((node) => node.id === id)?.name ?? id;
  const texts = compareTexts();
  return nodes
    .filter(({ kind }) => kind !== "model")
    .map(({ id, name, kindText, isCompared }) => {
      const from = edges.filter(({ to }) => to === id).map((edge) => `${edge.roles}: ${nameOf(edge.from)}`);
      const words = `${kindText} ${name}${isCompared ? ` (${texts.compared})` : ""}`;
      return `- ${markdownText(`${words} ← ${from.join("; ") || texts.noParents}`)}`;
    })
    .join("\n");
}

function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : String(value);
  return Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}
