import { isObject } from "../protocol/codec";
import { conversationPrompt, messageTurns } from "./conversation";
import { metaIn } from "./groupColumns";
import { carriedAlong, type JudgedItem } from "./judgedItems";
import { comparisonsOfItem, tiersByNumber, type ReadJudgement } from "./judgedRecords";
import { instructionPrompt } from "./publishedFormats";
import { comparisonSize } from "./records";
import { oneRecord, refusal, type Row, type RowFormat } from "./rowFormat";
import { plainName } from "./tableFields";

// Records of Argilla, as `dataset.records.to_list()` and `to_json()` give them (version 2), flattened or not, and as version 1 wrote them.
// A question's name is the axis; "overall" stands for the names that say no more than that something is ranked.

const promptNames = ["prompt", "instruction", "question", "query", "conversation", "chat", "input"];
const overallNames = ["", "rank", "ranking", "rating", "score", "overall"];

interface Answer {
  readonly question: string;
  readonly user: string | undefined;
  readonly value: unknown;
}

/** An item as a record: the prompt and the responses are fields, an axis is a question, and what has no place goes into the metadata. */
export function argillaRecord(item: JudgedItem): object {
  const names = item.responses.map((_, i) => `response-${i + 1}`);
  const axes = [...new Set(item.judgements.map(({ axis }) => axis))];
  const answers = (axis: string): object[] =>
    item.judgements
      .filter((judgement) => judgement.axis === axis)
      .map(({ labeler = null, tiers }) => ({ user_id: labeler, value: rankingValue(tiers, names) }));
  return {
    id: item.judgements[0]?.id ?? item.promptId,
    status: "completed",
    fields: {
      prompt: item.prompt,
      ...Object.fromEntries(names.map((name, i) => [name, item.responses[i].text])),
    },
    metadata: { rlhf: JSON.stringify(carriedAlong(item)) },
    suggestions: {},
    responses: Object.fromEntries(axes.map((axis) => [axis, answers(axis)])),
    vectors: {},
  };
}

/** Version 2 lists a ranking's options from the best; only with ranks, as the server keeps them, can it hold ties. */
function rankingValue(tiers: JudgedItem["judgements"][number]["tiers"], names: readonly string[]): object {
  if (tiers.every((tier) => tier.length === 1)) return tiers.flat().map((index) => names[index]);
  return tiers.flatMap((tier, rank) => tier.map((index) => ({ rank: rank + 1, value: names[index] })));
}

export const argillaRankings: RowFormat = {
  name: "Argilla records, rankings and ratings",
  kind: "comparisons",
  notFor: ["demonstrations"],
  matches: (row) =>
    isRecord(row) && answersOf(row).some(({ value }) => typeof value === "number" || rankedNames(value)),
  read: (row, idOf) => {
    const fields = fieldsOf(row);
    const prompt = promptOf(fields);
    if ("reason" in prompt) return refusal(prompt.reason);
    const names = Object.keys(fields).filter(
      (name) => !prompt.names.includes(name) && typeof fields[name] === "string",
    );
    const answers = answersOf(row as Row);
    const users = [...new Set(answers.map(({ user }) => user))];
    const readings = users.map((user) =>
      judgementsOf(
        answers.filter((answer) => answer.user === user),
        names,
      ),
    );
    const judgements = readings.flatMap((each) => each.judgements);
    const reasons = readings.flatMap((each) => each.reasons);
    if (judgements.length + reasons.length === 0)
      return refusal("the record has no submitted ranking or rating");
    const used = [...new Set(judgements.flatMap(({ tiers }) => tiers.flat().map((index) => names[index])))];
    // Fields that nobody ever ranked are no responses.
    const order = names.filter((name) => used.includes(name));
    const placed = judgements.map((judgement) => ({
      ...judgement,
      tiers: judgement.tiers.map((tier) => tier.map((index) => order.indexOf(names[index]))),
    }));
    const responses = order.map((name) => ({ text: String(fields[name]) }));
    const carried = carriedIn(row as Row);
    return comparisonsOfItem(
      { prompt: prompt.prompt, responses, judgements: placed, reasons, carried },
      idOf,
    );
  },
};

export const argillaTexts: RowFormat = {
  name: "Argilla records, texts that labelers wrote",
  kind: "demonstrations",
  matches: isRecord,
  read: (row, idOf) => {
    const prompt = promptOf(fieldsOf(row));
    if ("reason" in prompt) return refusal(prompt.reason);
    const texts = answersOf(row as Row).filter(({ value }) => typeof value === "string");
    const questions = [...new Set(texts.map(({ question }) => question))];
    const answering = questions.filter((name) => /response|completion|answer|output|text/i.test(name));
    const [question, ...others] = answering.length > 0 ? answering : questions;
    if (question === undefined) return refusal("the record has no submitted ranking, rating or text");
    if (others.length > 0)
      return refusal(
        `the questions ${[question, ...others].join(", ")} may all hold the response: keep one of them`,
      );
    const records = texts
      .filter((answer) => answer.question === question)
      .map(({ user, value }) => ({
        id: idOf(`${prompt.prompt}\n${String(value)}`),
        prompt: prompt.prompt,
        response: value,
        ...(user === undefined ? {} : { author: user }),
      }));
    return records.length === 1 ? oneRecord(records[0]) : { records, reasons: [] };
  },
};

function isRecord(row: unknown): row is Row {
  if (!isObject(row)) return false;
  if (isObject(row.fields) && "responses" in row) return true;
  return Object.keys(row).some((key) => key.endsWith(".responses.users"));
}

/** Of a flattened record: what is neither a question's nor the record's own. */
function fieldsOf(row: unknown): Row {
  if (!isObject(row)) return {};
  if (isObject(row.fields)) return row.fields;
  const own = ["id", "status", "_server_id", "external_id", "metadata", "vectors"];
  return Object.fromEntries(Object.entries(row).filter(([key]) => !key.includes(".") && !own.includes(key)));
}

function promptOf(
  fields: Row,
): { readonly prompt: string; readonly names: readonly string[] } | { readonly reason: string } {
  const find = (wanted: string): string | undefined =>
    Object.keys(fields).find((name) => plainName(name) === wanted);
  const [name] = promptNames.flatMap((wanted) => find(wanted) ?? []);
  if (name === undefined)
    return { reason: `the record has none of the fields ${promptNames.join(", ")}: name one of them so` };
  const value = fields[name];
  const input = name === find("input") ? undefined : find("input");
  const about = input === undefined ? "" : fields[input];
  if (typeof value === "string" && typeof about === "string")
    return {
      prompt: instructionPrompt(value, about),
      names: input === undefined ? [name] : [name, input],
    };
  const turns = messageTurns(value);
  return typeof turns === "string"
    ? { reason: `the field "${name}" must be text or a list of messages` }
    : { prompt: conversationPrompt(turns), names: [name] };
}

/** What was submitted, in whichever of Argilla's three ways it is written. */
function answersOf(row: Row): readonly Answer[] {
  const { responses } = row;
  const user = (value: unknown): string | undefined =>
    typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  if (Array.isArray(responses))
    return responses.filter(isObject).flatMap((response) =>
      isSubmitted(response.status) && isObject(response.values)
        ? Object.entries(response.values).map(([question, value]) => ({
            question,
            user: user(response.user_id),
            value: isObject(value) && "value" in value ? value.value : value,
          }))
        : [],
    );
  if (isObject(responses))
    return Object.entries(responses).flatMap(([question, given]) =>
      (Array.isArray(given) ? given : [])
        .filter(isObject)
        .filter(({ status }) => isSubmitted(status))
        .map(({ user_id, value }) => ({ question, user: user(user_id), value })),
    );
  return Object.entries(row).flatMap(([key, given]) => {
    if (!key.endsWith(".responses") || !Array.isArray(given)) return [];
    const [users, states] = [row[`${key}.users`], row[`${key}.status`]].map((list) =>
      Array.isArray(list) ? (list as readonly unknown[]) : [],
    );
    return given.flatMap((value: unknown, i) =>
      isSubmitted(states[i])
        ? [{ question: key.slice(0, -".responses".length), user: user(users[i]), value }]
        : [],
    );
  });
}

const isSubmitted = (status: unknown): boolean => (status ?? "submitted") === "submitted";

/** The options of a ranking with their ranks; null for a value that is none. */
function rankedNames(value: unknown): readonly { readonly name: string; readonly rank: number }[] | null {
  if (isObject(value) && Array.isArray(value.rank) && Array.isArray(value.value)) {
    const ranks: readonly unknown[] = value.rank;
    return rankedNames(value.value.map((name: unknown, i) => ({ value: name, rank: ranks[i] })));
  }
  if (!Array.isArray(value) || value.length < comparisonSize.min) return null;
  if (value.every((name) => typeof name === "string")) return value.map((name, rank) => ({ name, rank }));
  const pairs = value.flatMap((each: unknown) =>
    isObject(each) && typeof each.value === "string" && typeof each.rank === "number"
      ? [{ name: each.value, rank: each.rank }]
      : [],
  );
  return pairs.length === value.length ? pairs : null;
}

interface JudgementsOf {
  readonly judgements: readonly ReadJudgement[];
  readonly reasons: readonly string[];
}

/** What one labeler said of the fields with these names: rankings, and by axis the ratings of single responses; texts go along. */
function judgementsOf(answers: readonly Answer[], names: readonly string[]): JudgementsOf {
  const judgements: ReadJudgement[] = [];
  const reasons: string[] = [];
  const ratings = new Map<string, { readonly index: number; readonly number: number }[]>();
  const texts = answers.filter(({ value }) => typeof value === "string");
  const notes = Object.fromEntries(texts.map(({ question, value }) => [question, value]));
  const rest = {
    ...(answers[0]?.user === undefined ? {} : { labeler: answers[0].user }),
    ...(texts.length === 0 ? {} : { meta: { notes } }),
  };
  for (const { question, value } of answers) {
    const ranked = rankedNames(value);
    if (typeof value === "number") {
      const index = ratedField(question, names);
      const axis = axisOf(index === null ? question : withoutName(question, names[index]));
      if (index === null)
        reasons.push(`the question "${question}" names none of the fields that it may rate`);
      else ratings.set(axis, [...(ratings.get(axis) ?? []), { index, number: value }]);
    } else if (ranked !== null) {
      const places = ranked.map(({ name, rank }) => ({ index: fieldOf(name, names), number: rank, name }));
      const unknown = places.find(({ index }) => index < 0);
      if (unknown === undefined)
        judgements.push({ axis: axisOf(question), tiers: tiersByNumber(places, "lowest"), ...rest });
      else reasons.push(`the question "${question}" ranks "${unknown.name}", and no field has that name`);
    }
  }
  for (const [axis, rated] of ratings) {
    if (judgements.some((judgement) => judgement.axis === axis)) continue;
    if (rated.length >= comparisonSize.min)
      judgements.push({ axis, tiers: tiersByNumber(rated, "highest"), ...rest });
    else reasons.push(`one response alone is rated on "${axis}", which prefers none`);
  }
  return { judgements, reasons };
}

const numberIn = (name: string): string | undefined => /\d+(?!.*\d)/.exec(name)?.[0];

/** Options are called like the fields, or have their numbers: "reply-2" is "Response 2". */
function fieldOf(option: string, names: readonly string[]): number {
  const same = names.findIndex((name) => plainName(name) === plainName(option));
  if (same >= 0) return same;
  const numbered = names.flatMap((name, i) =>
    numberIn(name) !== undefined && numberIn(name) === numberIn(option) ? [i] : [],
  );
  return numbered.length === 1 ? numbered[0] : -1;
}

function ratedField(question: string, names: readonly string[]): number | null {
  const inside = names.flatMap((name, i) => (plainName(question).includes(plainName(name)) ? [i] : []));
  // The longest: "response-1" stands in "response-10-rating" too.
  const [best] = inside.toSorted((a, b) => names[b].length - names[a].length);
  return best ?? null;
}

function withoutName(question: string, field: string): string {
  const at = question.toLowerCase().indexOf(field.toLowerCase());
  const rest = at < 0 ? "" : question.slice(0, at) + question.slice(at + field.length);
  return rest.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
}

const axisOf = (question: string): string =>
  overallNames.includes(plainName(question)) ? "overall" : question;

const carriedIn = ({ metadata }: Row): unknown => (isObject(metadata) ? metaIn(metadata.rlhf) : undefined);
