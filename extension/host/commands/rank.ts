import { existsSync } from "node:fs";
import { join } from "node:path";
import { QuickPickItemKind, SnippetString, Uri, Range, window, workspace } from "vscode";
import { rankingFileText, shownOrder } from "../../data/labels";
import { rankingFormatVersion, type LabelItem, type RankingJudgement } from "../../protocol/rankingFormat";
import { isObject } from "../../protocol/codec";
import { makeFolder, replaceFile } from "../../runs/disk";
import { labelFiles, labelsFolder } from "../../runs/labelFiles";
import { openItems, readBatch, type Batch } from "../batches";
import type { CommandBody } from "../commands";
import { givenProject } from "../givenProject";
import type { Host } from "../host";
import { askLabeler } from "../labeler";
import { orSay } from "../say";
import { t } from "../text";

/** Ranks one item after the other by quick picks, the best response first; each is on disk before the next is asked. */
export const rankResponses: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const labeler = await askLabeler();
  const chosen = labeler && (await chooseBatch(project, isObject(given) ? given.batch : undefined));
  if (!labeler || !chosen) return;
  const { batch: name, itemsFile } = chosen;
  for (;;) {
    const batch = orSay(host, readBatch(project, name, itemsFile, labeler));
    if (batch === undefined) return;
    const item = openItems(batch)[0];
    if (item === undefined) {
      void window.showInformationMessage(t("Every item of {0} is judged.", name));
      return;
    }
    const judged = await judge(batch, item);
    if (judged === undefined) return;
    save(host, project, batch, labeler, item, judged);
  }
};

async function chooseBatch(project: string, given: unknown) {
  const batches = labelFiles(project);
  const named = batches.find(({ batch }) => batch === given);
  if (named !== undefined || batches.length === 1) return named ?? batches[0];
  const items = batches.map((batch) => ({ label: batch.batch, batch }));
  return (await window.showQuickPick(items, { title: t("Rank which batch?") }))?.batch;
}

type Choice = { readonly label: string; readonly detail?: string; readonly kind?: QuickPickItemKind } & (
  { readonly response: string } | { readonly status: "skipped" | "unrankable" } | object
);

/** The responses in the order in which the labeler prefers them; undefined when they leave. */
async function judge(batch: Batch, item: LabelItem): Promise<RankingJudgement | undefined> {
  const openedAt = new Date();
  const order = shownOrder(item, seedOf(batch));
  const texts = new Map(item.responses.map(({ id, text }) => [id, text]));
  const ranked: string[] = [];
  const place = batch.items.indexOf(item) + 1;
  const finish = (rest: Partial<RankingJudgement> & Pick<RankingJudgement, "status">): RankingJudgement => ({
    ...rest,
    shownOrder: order,
    activeMs: new Date().getTime() - openedAt.getTime(),
    openedAt: openedAt.toISOString(),
    submittedAt: new Date().toISOString(),
  });
  while (ranked.length < order.length - 1) {
    const rest = order.filter((id) => !ranked.includes(id));
    const choices: Choice[] = [
      ...rest.map((response) => ({
        label: String.fromCharCode(65 + order.indexOf(response)),
        detail: texts.get(response) || t("(an empty answer)"),
        response,
      })),
      { label: "", kind: QuickPickItemKind.Separator },
      { label: t("None of them can be ranked"), status: "unrankable" as const },
      { label: t("Skip this item"), status: "skipped" as const },
    ];
    const chosen = await window.showQuickPick(choices, {
      title: t(
        "{0}, item {1} of {2}: which is best? ({3} of {4})",
        batch.name,
        place,
        batch.items.length,
        ranked.length + 1,
        order.length - 1,
      ),
      placeHolder: item.prompt,
      matchOnDetail: true,
      ignoreFocusOut: true,
    });
    if (chosen === undefined) return undefined;
    if ("status" in chosen) return finish({ status: chosen.status });
    if ("response" in chosen) ranked.push(chosen.response);
  }
  const last = order.filter((id) => !ranked.includes(id));
  return finish({ status: "submitted", tiers: { overall: [...ranked, ...last].map((id) => [id]) } });
}

/** The order of the responses depends on the batch alone, so that labelers of a team see the same one. */
function seedOf({ ranking, name }: Batch): number {
  return ranking?.shuffleSeed ?? [...name].reduce((sum, sign) => (31 * sum + sign.charCodeAt(0)) % 65536, 7);
}

function save(
  host: Host,
  project: string,
  batch: Batch,
  labeler: string,
  item: LabelItem,
  judged: RankingJudgement,
): void {
  const before = batch.ranking ?? {
    formatVersion: rankingFormatVersion,
    batch: batch.name,
    labeler,
    shuffleSeed: seedOf(batch),
    judgements: {},
  };
  makeFolder(labelsFolder(project));
  const judgements = { ...before.judgements, [item.id]: judged };
  replaceFile(batch.file, rankingFileText({ ...before, judgements }));
  host.runs.touch(project);
}

/** Opens the demonstrations at their end with an empty one to fill in. */
export const writeDemonstrations: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const file = join(project, "data", "demonstrations.jsonl");
  if (!existsSync(file)) {
    makeFolder(join(project, "data"));
    replaceFile(file, "");
  }
  const document = await workspace.openTextDocument(Uri.file(file));
  const editor = await window.showTextDocument(document);
  const end = document.lineAt(document.lineCount - 1).range.end;
  const lineBreak = end.character === 0 ? "" : "\n";
  const id = `by-hand-${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}`;
  const line = `${lineBreak}{"id": "${id}", "prompt": "\${1}", "response": "\${2}"}\n`;
  await editor.insertSnippet(new SnippetString(line), new Range(end, end));
};
