import { commands, window, type QuickPickItem } from "vscode";
import type { Host } from "../host";
import type { RunOrder } from "../runFilter";
import { t } from "../text";

/** Asks for the filter of the Runs view, which follows what is typed; Escape leaves it as it was. */
export async function filterRuns({ explorer }: Host): Promise<void> {
  const before = explorer.filterText;
  await commands.executeCommand("rlhf.runs.focus");
  const input = window.createInputBox();
  input.title = t("Filter Runs");
  input.value = before;
  input.placeholder = "state:failed stage:ppo tag:x";
  input.prompt = t(
    "Words look in id, name, tag, stage and state; also state:, stage:, tag:, is:starred, is:baseline, and -word for not.",
  );
  const isAccepted = await new Promise<boolean>((resolve) => {
    input.onDidChangeValue((text) => explorer.setFilter(text));
    input.onDidAccept(() => resolve(true));
    input.onDidHide(() => resolve(false));
    input.show();
  });
  explorer.setFilter(isAccepted ? input.value : before);
  input.dispose();
}

export function clearFilter({ explorer }: Host): void {
  explorer.setFilter("");
}

/** Asks for the order of the Runs view. */
export async function sortRuns({ explorer }: Host): Promise<void> {
  const names: Readonly<Record<RunOrder, string>> = {
    newest: t("Newest first"),
    name: t("Name"),
    metric: t("Key metric, best first"),
    duration: t("Duration, longest first"),
  };
  const items = (Object.keys(names) as RunOrder[]).map((order): QuickPickItem & { order: RunOrder } => ({
    label: names[order],
    order,
    ...(order === explorer.order ? { description: t("as now") } : {}),
  }));
  const picked = await window.showQuickPick(items, { title: t("Sort Runs") });
  if (picked) await explorer.setOrder(picked.order);
}
