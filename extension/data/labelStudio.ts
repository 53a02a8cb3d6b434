import { isObject, listOf, object, string } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { conversationPrompt, messageTurns } from "./conversation";
import { carriedAlong, type JudgedItem } from "./judgedItems";
import { comparisonsOfItem, tiersByNumber, type ReadJudgement } from "./judgedRecords";
import { refusal, type Reading, type Row, type RowFormat } from "./rowFormat";

// Tasks of Label Studio whose items a Ranker tag orders, as its JSON export gives them: https://labelstud.io/tags/ranker. The name of the
// tag is the axis. A list of ids is an order; buckets are tiers where their names are numbers, 1 the best, for they have no other order.

/** An item as a task, with an annotation for each labeler and a result for each axis. */
export function labelStudioTask(item: JudgedItem, index: number): object {
  const ids = item.responses.map((_, i) => `response-${i + 1}`);
  const labelers = [...new Set(item.judgements.map(({ labeler }) => labeler))];
  return {
    id: index + 1,
    data: {
      prompt: item.prompt,
      items: item.responses.map(({ text, model }, i) => ({
        id: ids[i],
        title: model ?? `Response ${i + 1}`,
        body: text,
      })),
      rlhf: carriedAlong(item),
    },
    annotations: labelers.map((labeler) => ({
      ...(labeler === undefined ? {} : { completed_by: { email: labeler } }),
      was_cancelled: false,
      result: item.judgements
        .filter((judgement) => judgement.labeler === labeler)
        .map(({ axis, tiers }) => ({
          from_name: axis === "overall" ? "rank" : axis,
          to_name: "results",
          type: "ranker",
          value: {
            ranker: rankerValue(
              tiers.map((tier) => tier.map((i) => ids[i])),
              axis === "overall" ? "rank" : axis,
            ),
          },
        })),
    })),
    predictions: [],
  };
}

function rankerValue(tiers: readonly (readonly string[])[], name: string): object {
  if (tiers.every((tier) => tier.length === 1)) return { [name]: tiers.flat() };
  return Object.fromEntries(tiers.map((tier, i) => [String(i + 1), tier]));
}

const overallNames = ["rank", "ranker", "ranking", "overall"];
const itemList = listOf(object({ id: idText }));

export const labelStudioRankings: RowFormat = {
  name: "Label Studio tasks with a ranker",
  kind: "comparisons",
  matches: (row) => isObject(row) && isObject(row.data) && itemsOf(row.data) !== null,
  read: (row, idOf) => {
    const task: Row = isObject(row) ? row : {};
    const data: Row = isObject(task.data) ? task.data : {};
    const items = itemsOf(data);
    if (items === null) return refusal('"data" must hold a list of items with "id" and "body"');
    const prompt = promptOf(data);
    if (prompt === null)
      return refusal('"data" must hold the prompt, as text or a list of messages, in "prompt"');
    return readTask(task, { prompt, items, carried: data.rlhf }, idOf);
  },
};

interface Item {
  readonly id: string;
  readonly text: string;
  readonly model?: string;
}

function readTask(
  { annotations }: Row,
  data: { readonly prompt: string; readonly items: readonly Item[]; readonly carried: unknown },
  idOf: Parameters<RowFormat["read"]>[1],
): Reading {
  const given = Array.isArray(annotations) ? annotations.filter(isObject) : [];
  if (given.length === 0) return refusal("the task has no annotation, so nobody has ranked its items");
  const ids = data.items.map(({ id }) => id);
  const judgements: ReadJudgement[] = [];
  const reasons: string[] = [];
  for (const [i, annotation] of given.entries()) {
    const where = `annotation ${i + 1}`;
    const results = Array.isArray(annotation.result) ? annotation.result.filter(isObject) : [];
    const rankers = results.filter(({ type }) => type === "ranker");
    if (annotation.was_cancelled === true) reasons.push(`${where} was skipped by its annotator`);
    else if (rankers.length === 0) reasons.push(`${where} has no result of the type "ranker"`);
    else
      for (const { from_name: name, value } of rankers) {
        const tiers = tiersOf(isObject(value) ? value.ranker : undefined, ids);
        const labeler = labelerOf(annotation.completed_by);
        const axis = typeof name === "string" && !overallNames.includes(name) ? name : "overall";
        if (typeof tiers === "string") reasons.push(`${where} ${tiers}`);
        else judgements.push({ ...(labeler === undefined ? {} : { labeler }), axis, tiers });
      }
  }
  const responses = data.items.map(({ text, model }) => ({
    text,
    ...(model === undefined ? {} : { model }),
  }));
  return comparisonsOfItem(
    { prompt: data.prompt, responses, judgements, reasons, carried: data.carried },
    idOf,
  );
}

/** A list of ids, alone or under the tag's name, or buckets; in words what is wrong with it. */
function tiersOf(value: unknown, ids: readonly string[]): number[][] | string {
  const columns = isObject(value) ? Object.entries(value) : [["rank", value] as const];
  // Label Studio keeps what was moved into no bucket in one called "_".
  const filled = columns.filter(([, list]) => !Array.isArray(list) || list.length > 0);
  const tiers: { readonly index: number; readonly number: number }[] = [];
  for (const [bucket, list] of filled) {
    const places = Array.isArray(list) ? list.map((id: unknown) => ids.indexOf(String(id))) : [-1];
    if (places.includes(-1)) return `ranks "${bucket}" by ids that are not those of the items`;
    const isOrder = columns.length === 1 && !/^\d+$/.test(bucket) && bucket !== "_";
    const number = /^\D*(\d+)$/.exec(bucket)?.[1];
    if (!isOrder && number === undefined)
      return bucket === "_"
        ? "leaves items in no bucket"
        : `puts items into the bucket "${bucket}", which has no order: name buckets 1, 2, … from the best`;
    for (const [at, index] of places.entries()) tiers.push({ index, number: isOrder ? at : Number(number) });
  }
  const placed = tiers.map(({ index }) => index);
  if (new Set(placed).size !== placed.length) return "places an item twice";
  return placed.length < ids.length ? "leaves out some of the items" : tiersByNumber(tiers, "lowest");
}

function idText(value: unknown, place: Parameters<typeof string>[1]): ReturnType<typeof string> {
  return string(typeof value === "number" ? String(value) : value, place);
}

/** The items of a task: those in "items", else in the only list of objects with ids. */
function itemsOf(data: Row): readonly Item[] | null {
  const lists = [data.items, ...Object.values(data)];
  const found = lists.find((list) => Array.isArray(list) && list.length > 0 && !isProblem(decoded(list)));
  if (found === undefined) return null;
  const items = (found as readonly Row[]).map(({ id, title, body, text, html }) => ({
    id: String(id),
    text: [body, text, html, title].find((each) => typeof each === "string"),
    ...(typeof body === "string" && typeof title === "string" && !/^Response \d+$/.test(title)
      ? { model: title }
      : {}),
  }));
  return items.every((item): item is Item => item.text !== undefined) ? items : null;
}

const decoded = (list: unknown): ReturnType<typeof itemList> => itemList(list, { where: "", path: "" });

function promptOf(data: Row): string | null {
  const names = ["prompt", "instruction", "question", "query", "text", "title"];
  const value = names.map((name) => data[name]).find((each) => each !== undefined && each !== null);
  if (typeof value === "string") return value;
  const turns = messageTurns(value);
  return typeof turns === "string" ? null : conversationPrompt(turns);
}

function labelerOf(completedBy: unknown): string | undefined {
  const who = isObject(completedBy) ? (completedBy.email ?? completedBy.id) : completedBy;
  return typeof who === "string" || typeof who === "number" ? String(who) : undefined;
}
