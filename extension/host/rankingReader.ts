import { window, workspace, type LogOutputChannel } from "vscode";
import type { LabelItem, RankingFile } from "../protocol/rankingFormat";
import type { RankingItem, RankingState } from "../protocol/rankingMessages";
import type { RunConfig } from "../protocol/runConfig";
import { itemsFile, rankingFileParts, type RankingPlace } from "../runs/labelFiles";
import { fileStamp } from "./fileStamp";
import type { LabelCache } from "./labelProgress";
import { messageText } from "./messageText";
import { itemsInOrder, readRankingBatch, type RankingBatch } from "./rankingBatch";
import { isFault, namesAnother, readRankingText, type RankingFault } from "./rankingDocument";
import { ownJudgement, shownItem } from "./rankingView";
import { readAhead } from "./readAhead";
import { problemText, t } from "./text";

/** What a session works on once its files have been read. */
export interface Opened extends Pick<RankingBatch, "assigned" | "others"> {
  /** In the order in which the labeler goes through them. */
  readonly items: readonly LabelItem[];
  readonly file: RankingFile;
}

/** Where each item stands, in the labeler's order. */
export function statusesOf({ items, file }: Opened): RankingState["items"] {
  return items.map(({ id }) => ({ id, status: ownJudgement(file, id)?.status ?? null }));
}

/** An item as the page shows it. */
export function shownOf(
  { items, file, assigned, others }: Opened,
  index: number,
  { labeling }: RunConfig,
): RankingItem {
  const item = items[index];
  const { reason, suggestion } = assigned.get(item.id) ?? {};
  const beside = {
    reason: reason === undefined ? null : problemText(reason),
    suggestion: labeling.suggestions && suggestion !== undefined ? suggestion : null,
    others,
  };
  return shownItem(item, file, beside, t);
}

/** Reads a labeler's document beside the batch that it judges. The batch does not change while it is worked on and is read once. */
export class RankingReader {
  readonly place: RankingPlace | null;
  private readonly where: string;
  private batch: RankingBatch | RankingFault | null = null;

  constructor(
    private readonly surroundings: { readonly log: LogOutputChannel; readonly labels: LabelCache },
    path: string,
  ) {
    this.place = rankingFileParts(path);
    this.where = workspace.asRelativePath(path);
  }

  /** Reads the batch while something else is waited for; `read` does not wait for it. */
  async ahead(): Promise<void> {
    if (this.place === null) return;
    const path = itemsFile(this.place.project, this.place.batch);
    const stamp = fileStamp(path);
    const text = await readAhead(path);
    if (text === null) return;
    this.batch ??= this.readBatch(text);
    if (!isFault(this.batch)) this.surroundings.labels.know(path, stamp, this.batch.items);
  }

  /** What there is to judge, given the document's text. */
  read(text: string): Opened | RankingFault {
    const { place, where } = this;
    const batch = (this.batch ??= this.readBatch());
    if (isFault(batch)) return batch;
    const file = readRankingText(text, where, batch.items, t);
    if (isFault(file)) return file;
    const stranger = place && namesAnother(file, place, where, t);
    return stranger ?? { ...batch, items: itemsInOrder(batch, file), file };
  }

  private readBatch(itemsText?: string): RankingBatch | RankingFault {
    const { place, where, surroundings } = this;
    const shown = (path: string): string => workspace.asRelativePath(path);
    const batch = readRankingBatch(place, where, shown, t, itemsText);
    if (isFault(batch) || batch.warning === null) return batch;
    surroundings.log.warn(batch.warning);
    void window.showWarningMessage(messageText(problemText(batch.warning)));
    return batch;
  }
}
