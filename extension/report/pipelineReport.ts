import { basename } from "node:path";
import { pipelineRuns, type EvaluatedKind, type Pipeline } from "../project/pipelineRuns";
import { readLabels } from "../project/readLabels";
import { changedSettings, settingText } from "../protocol/changedSettings";
import { Problem, isProblem } from "../protocol/problem";
import { modelHash } from "../runs/checkpoints";
import { readInterventions, type Run } from "../runs/runFolder";
import { evaluationSections, type EvaluatedModel } from "./evaluationPart";
import { frontierSections, type HeldOutRun } from "./frontierPart";
import { labelsSections } from "./labelsPart";
import { lastRow, mainCharts } from "./metricsPart";
import { roleWord, stageWord, stateWord } from "./names";
import { section, table, text, type Block, type Report, type Section, type Words } from "./reportParts";
import { columnsOf, nameOf, readReported, type ReportedRun } from "./reportedRun";
import { changesSection, healthSection } from "./runReport";

/** A project's newest pipeline, from the first text to the comparison of its models: made of files alone, so that the same files give the same report. */
export function pipelineReport(project: string, all: readonly Run[], words: Words): Report | Problem {
  const { t } = words;
  const labels = readLabels(project);
  const items = isProblem(labels) ? [] : labels.flatMap((batch) => batch.items);
  const pipeline = pipelineRuns(all, items, hashOf);
  if (pipeline === null)
    return new Problem(
      "missing",
      "There are no runs in this project to report on: begin with rlhf pipeline.",
    );
  const reported: ReportedRun[] = [];
  for (const run of pipeline.runs) {
    const one = readReported(run);
    if (isProblem(one)) return one;
    reported.push(one);
  }
  const evaluated = evaluatedModels(pipeline, t);
  const measured = ({ name, run }: EvaluatedModel): HeldOutRun => ({
    name,
    run,
    columns: columnsOf({ run }),
  });
  const trained = reported.map((one) => measured({ name: nameOf(one), run: one.run }));
  const rewardModel = pipeline.runs.findLast((run) => run.manifest.stage === "rm");
  return {
    title: t("Pipeline of {0}", basename(project)),
    sections: [
      ...section(t("The runs"), runsBlocks(reported, words)),
      ...evaluationSections(evaluated, words),
      ...frontierSections(trained, evaluated.filter(isOfPpo(all)).map(measured), words),
      ...(rewardModel === undefined ? [] : labelsSections(project, labels, rewardModel, words)),
      ...reported
        .filter(({ run }) => run.manifest.stage !== "evaluate")
        .flatMap((one) => stageSection(one, words)),
      ...sourcesSection(reported, words),
      ...settingsSection(reported, words),
    ],
  };
}

function hashOf(run: Run): string | null {
  const hash = modelHash(run.paths.model);
  return isProblem(hash) ? null : hash;
}

const policyOf = ({ manifest }: Run): string | null =>
  manifest.parents.find(({ role }) => role === "policy")?.run ?? null;

/** The score of a policy that PPO did not train stands at no distance. */
const isOfPpo =
  (all: readonly Run[]) =>
  ({ run }: EvaluatedModel): boolean =>
    all.some(({ manifest }) => manifest.id === policyOf(run) && manifest.stage === "ppo");

/** The evaluated models by the names of the paper's figures; several of one kind by their policies too. */
function evaluatedModels({ evaluations }: Pipeline, t: Words["t"]): readonly EvaluatedModel[] {
  const names: Readonly<Record<EvaluatedKind, string>> = {
    ...{ base: "GPT", prompted: t("GPT (prompted)"), sft: "SFT", start: t("start of PPO") },
    ...{ ppo: "PPO", ptx: "PPO-ptx", other: t("another model") },
  };
  return evaluations.map(({ model, run }) => {
    const isAlone = evaluations.filter((other) => other.model === model).length === 1;
    return { name: isAlone ? names[model] : `${names[model]} (${policyOf(run) ?? run.manifest.id})`, run };
  });
}

/** The runs with what each begins from. */
function runsBlocks(reported: readonly ReportedRun[], { t }: Words): (Block | null)[] {
  const names = new Map(reported.map((one) => [one.run.manifest.id, nameOf(one)]));
  const rows = reported.map((one) => {
    const { stage, createdAt, parents } = one.run.manifest;
    const from = parents.map(
      ({ role, run, reference }) => `${roleWord(role, t)}: ${names.get(run ?? "") ?? reference}`,
    );
    return [nameOf(one), stageWord(stage, t), stateWord(one.status.state, t), createdAt, from.join("; ")];
  });
  return [table([t("run"), t("stage"), t("state"), t("begun"), t("comes from")], rows)];
}

function stageSection(one: ReportedRun, words: Words): Section[] {
  const { t } = words;
  const { stage } = one.run.manifest;
  const columns = columnsOf(one);
  const charts = mainCharts(stage, columns, readInterventions(one.run.paths).values, t);
  const { notes } = one.marks;
  return section(
    `${stageWord(stage, t)}: ${nameOf(one)}`,
    [notes === "" ? null : text(notes), lastRow(stage, columns, t), ...charts],
    [...healthSection(one, columns, words), ...changesSection(one, words)],
  );
}

/** What every run was made of, by its hash. */
function sourcesSection(reported: readonly ReportedRun[], { t }: Words): Section[] {
  const rows = reported.flatMap((one) => [
    ...one.run.manifest.parents.map(({ role, reference, sha256 }) => [
      ...[nameOf(one), `${roleWord(role, t)}: ${reference}`, sha256],
    ]),
    ...one.run.manifest.inputs.map(({ name, sha256 }) => [nameOf(one), name, sha256]),
  ]);
  return section(t("Models and data by their hashes"), [
    table([t("run"), t("model or input"), "SHA-256"], rows, t("All hashes")),
  ]);
}

/** Each setting that is not the default, with the runs that have it. */
function settingsSection(reported: readonly ReportedRun[], { t }: Words): Section[] {
  const runsOf = new Map<string, { readonly cells: readonly string[]; readonly runs: string[] }>();
  for (const one of reported)
    for (const [path, value] of Object.entries(changedSettings(one.run.manifest.config))) {
      const cells = [path, settingText(value)];
      const key = JSON.stringify(cells);
      const known = runsOf.get(key) ?? { cells, runs: [] };
      known.runs.push(nameOf(one));
      runsOf.set(key, known);
    }
  const rows = [...runsOf.values()].map(({ cells, runs }) => [
    ...cells,
    runs.length === reported.length ? t("all") : runs.join(", "),
  ]);
  return section(t("Settings that differ from the defaults"), [
    table([t("setting"), t("value"), t("runs")], rows) ?? text(t("All settings are the defaults.")),
  ]);
}
