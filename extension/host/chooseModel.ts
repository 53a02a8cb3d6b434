import { QuickPickItemKind, window, type QuickPickItem } from "vscode";
import { modelChoices, type ModelChoice, type ModelUse } from "./modelChoices";
import { t } from "./text";

interface ModelItem extends QuickPickItem {
  readonly reference?: string;
}

/** Asks for a model of a project: the reference of what was picked; undefined when nothing was, or when there is none, which is said. */
export async function chooseModel(
  project: string,
  { title, use }: { readonly title: string; readonly use: ModelUse },
): Promise<string | undefined> {
  const choices = modelChoices(project, use);
  if (choices.length === 0) {
    void window.showInformationMessage(noneText(use));
    return undefined;
  }
  const placeHolder = t("Which model?");
  const picked = await window.showQuickPick(itemsOf(choices), {
    title,
    placeHolder,
    matchOnDescription: true,
  });
  return picked?.reference;
}

function noneText(use: ModelUse): string {
  if (use === "score") return t("There is no reward model yet: train one with RLHF: Train Reward Model.");
  return t("There is no model yet: train one with RLHF: Run Pipeline.");
}

/** Runs first, the newest on top, because what was trained last is what one looks for; each with its checkpoints below. */
function itemsOf(choices: readonly ModelChoice[]): ModelItem[] {
  const named = choices.filter(({ stage }) => stage === null);
  const trained = choices.filter(({ stage }) => stage !== null);
  const separator = (label: string): ModelItem => ({ label, kind: QuickPickItemKind.Separator });
  return [
    ...(trained.length > 0 ? [separator(t("Runs")), ...trained.map(runItem)] : []),
    ...(named.length > 0 ? [separator(t("Saved models")), ...named.map(namedItem)] : []),
  ];
}

function runItem({ reference, stage, name, checkpoint, isBest, createdAt }: ModelChoice): ModelItem {
  const id = reference.replace(/@\d+$/, "");
  if (checkpoint !== null)
    return {
      label: `      $(git-commit) ${t("checkpoint {0}", checkpoint)}`,
      description: [isBest ? t("best") : "", name ?? id].filter((word) => word !== "").join(" · "),
      reference,
    };
  const time = createdAt === null ? "" : new Date(createdAt).toLocaleString();
  return { label: `$(package) ${name ?? id}`, description: [stage, time].join(" · "), reference };
}

function namedItem({ reference }: ModelChoice): ModelItem {
  return { label: `$(package) ${reference}`, reference };
}
