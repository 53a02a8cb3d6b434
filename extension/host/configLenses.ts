import {
  CodeLens,
  EventEmitter,
  Range,
  languages,
  workspace,
  type Disposable,
  type TextDocument,
} from "vscode";
import { afterAWhile } from "./afterAWhile";
import { configSelector, projectOfConfig } from "./configDocuments";
import { stageBlocks, type RunnableStage } from "./configStages";
import type { Host } from "./host";
import { lastRunText } from "./lastRun";
import { t } from "./text";

/** The commands that run a stage. */
export const stageCommands: Readonly<Record<RunnableStage, string>> = {
  pretrain: "rlhf.pretrain",
  sft: "rlhf.trainSft",
  rm: "rlhf.trainRewardModel",
  ppo: "rlhf.trainPpo",
  evaluate: "rlhf.evaluate",
};

/**
 * How long new runs and figures may be missing in the lenses. The editor waits for a pause of some hundred milliseconds before it asks for
 * lenses, and forgets the wait when it hears of a change: a run that trains may never give it that pause.
 */
const lensMilliseconds = 2000;

/** Lines over the blocks of an rlhf.json: run the stage, and what came of it last. In Restricted Mode nothing can be run. */
export function registerConfigLenses(host: Host): Disposable {
  const changed = new EventEmitter<void>();
  const soon = afterAWhile(lensMilliseconds, () => changed.fire());
  const provider = languages.registerCodeLensProvider(configSelector, {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => lensesOf(host, document),
  });
  const parts = [
    changed,
    provider,
    soon,
    host.runs.onDidChange(soon.ask),
    workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
  ];
  return { dispose: () => parts.forEach((part) => void part.dispose()) };
}

function lensesOf(host: Host, document: TextDocument): CodeLens[] {
  const project = projectOfConfig(document);
  const top = new Range(0, 0, 0, 0);
  const forAll = [
    lens(top, `$(run-all) ${t("Run Pipeline")}`, "rlhf.runPipeline", project),
    lens(top, `$(checklist) ${t("Check Data")}`, "rlhf.checkData", project),
  ];
  const runs = host.runs.list(project);
  const forStages = stageBlocks(document.getText()).flatMap(({ stage, offset }) => {
    const at = document.positionAt(offset);
    const place = new Range(at, at);
    const last = lastRunText(runs, stage);
    return [
      ...(workspace.isTrusted ? [lens(place, `$(play) ${t("Run")}`, stageCommands[stage], project)] : []),
      ...(last === null ? [] : [lens(place, last.text, "rlhf.showMetrics", { project, id: last.id })]),
    ];
  });
  return [...(workspace.isTrusted ? forAll : []), ...forStages];
}

function lens(range: Range, title: string, command: string, argument: unknown): CodeLens {
  return new CodeLens(range, { title, command, arguments: [argument] });
}
