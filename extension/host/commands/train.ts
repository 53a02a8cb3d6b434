import { ProgressLocation, commands, window } from "vscode";
import { isProblem } from "../../protocol/problem";
import type { Stage } from "../../protocol/runFormat";
import { labelFiles } from "../../runs/labelFiles";
import { callCli } from "../cliProcess";
import { chooseModel } from "../chooseModel";
import { chooseParents } from "../chooseParents";
import type { CommandBody } from "../commands";
import { givenProject, mayStartProcesses } from "../givenProject";
import type { Host } from "../host";
import { orSay, sayProblem } from "../say";
import { t } from "../text";

/** A command that prepares a run of a stage with the project's settings, and puts it into the queue; it asks for parents there are several of. */
export const trainStage =
  (stage: Stage): CommandBody =>
  async (host, given) => {
    const project = await givenProject(host, given);
    if (project === undefined || !(await mayStartProcesses())) return;
    const parents = await chooseParents(host, project, stage);
    if (parents !== undefined) await queueStage(host, project, stage, parents);
  };

/** Evaluates a policy of the person's choice. */
export const evaluate: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project === undefined || !(await mayStartProcesses())) return;
  const policy = await chooseModel(project, { title: t("Evaluate which policy?"), use: "answer" });
  if (policy !== undefined) await queueStage(host, project, "evaluate", ["--model", policy]);
};

/** The command line prepares the run in a process of its own, because reading and cleaning data takes seconds. */
async function queueStage(
  host: Host,
  project: string,
  stage: Stage,
  words: readonly string[],
): Promise<void> {
  const { result } = await window.withProgress({ location: { viewId: "rlhf.runs" } }, () =>
    callCli({ words: [stage, ...words, "--no-start"], project, onError: (line) => host.log.warn(line) }),
  );
  const queued = orSay(host, result);
  if (typeof queued?.run !== "string") return;
  host.log.info(t("{0} is prepared", queued.run));
  sayProblem(host, host.trainers.enqueue(project, [queued.run]));
}

/** The paper's stages one after the other. What was done before is not done again, so the same command goes on after a stop. */
export const runPipeline: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project === undefined || !(await mayStartProcesses())) return;
  const labels = await chooseLabels();
  if (labels !== undefined) await host.pipelines.run(host, project, labels);
};

async function chooseLabels(): Promise<"wait" | "simulated" | undefined> {
  const items = [
    {
      label: t("Simulated labelers rank"),
      detail: t("Only in the tiny world, whose facts are known: nothing interrupts the pipeline."),
      labels: "simulated" as const,
    },
    {
      label: t("I rank"),
      detail: t("The pipeline stops where answers must be ranked, and goes on when you run it again."),
      labels: "wait" as const,
    },
  ];
  return (await window.showQuickPick(items, { title: t("Run Pipeline: who ranks the answers?") }))?.labels;
}

/** K responses of a chosen checkpoint to the project's prompts, as a batch to rank. */
export const generateResponses: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project === undefined || !(await mayStartProcesses())) return;
  const model = await chooseModel(project, { title: t("Which model answers? (1/4)"), use: "answer" });
  if (model === undefined) return;
  const asked = await askBatch(project);
  if (asked === undefined) return;
  const { k, count, name } = asked;
  await sampleToRank(host, project, name, [model, "-k", k, "--limit", count]);
};

/** Samples a batch by `rlhf generate` with these words, and opens it to be ranked. Says whether it came to that. */
export async function sampleToRank(
  host: Host,
  project: string,
  name: string,
  words: readonly string[],
): Promise<boolean> {
  const { result } = await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Generating responses to rank"), cancellable: true },
    (progress, cancel) => {
      let shown = 0;
      return callCli({
        words: ["generate", ...words, "--batch", name],
        project,
        cancel,
        onError: (line) => host.log.warn(line),
        onLine: ({ type, done, total }) => {
          if (type !== "progress" || typeof done !== "number" || typeof total !== "number") return;
          progress.report({ increment: (100 * (done - shown)) / total, message: `${done}/${total}` });
          shown = done;
        },
      });
    },
  );
  host.runs.touch(project);
  if (isProblem(result) && result.problem === "interrupted") return false;
  if (orSay(host, result) === undefined) return false;
  await commands.executeCommand("rlhf.rankResponses", { project, batch: name });
  return true;
}

/** How many responses to how many prompts, and what the batch is called; undefined when the person leaves. */
async function askBatch(project: string) {
  const ask = (title: string, prompt: string, value: string, isRight: (text: string) => boolean) =>
    window.showInputBox({
      title,
      prompt,
      value,
      validateInput: (text) => (isRight(text.trim()) ? undefined : prompt),
    });
  const isWhole = (low: number, high: number) => (text: string) =>
    /^\d+$/.test(text) && Number(text) >= low && Number(text) <= high;
  const k = await ask(
    t("Responses to each prompt (2/4)"),
    t("A whole number from 4 to 9."),
    "4",
    isWhole(4, 9),
  );
  if (k === undefined) return undefined;
  const count = await ask(
    t("How many prompts? (3/4)"),
    t("A whole number from 1 to 5000."),
    "24",
    isWhole(1, 5000),
  );
  if (count === undefined) return undefined;
  const name = await ask(
    t("Name of the batch (4/4)"),
    t("Letters, digits and hyphens; it becomes part of file names."),
    freeBatchName(project),
    (text) => /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text),
  );
  return name === undefined ? undefined : { k: k.trim(), count: count.trim(), name: name.trim() };
}

/** "batch-1", or the first number that no batch has. */
export function freeBatchName(project: string): string {
  const names = new Set(labelFiles(project).map(({ batch }) => batch));
  for (let i = 1; ; i++) if (!names.has(`batch-${i}`)) return `batch-${i}`;
}
