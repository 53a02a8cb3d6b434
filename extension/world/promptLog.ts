import { createRng, type Rng } from "../algorithms/rng";
import type { Prompt } from "../data/records";
import { chance, pick, pickWeighted } from "./draw";
import type { Facts } from "./facts";
import { useCaseShares, type Pool, type UseCase } from "./prompts/ask";
import { draftPrompt, type DraftPrompt } from "./prompts/compose";
import { fewShotPrompts } from "./prompts/fewShot";
import { people } from "./words";

/** What was planted in the raw log, so that a test can say whether hygiene finds exactly that. */
export interface PlantedFaults {
  /** Prompts whose first 40 characters an earlier prompt has. */
  readonly nearDuplicates: readonly string[];
  /** Users with more than 200 prompts, near-duplicates apart, and how many they have. */
  readonly heavyUsers: Readonly<Record<string, number>>;
  /** Prompt id -> the personal data in its text. */
  readonly personalData: Readonly<Record<string, string>>;
}

export interface PromptLog {
  readonly prompts: readonly Prompt[];
  readonly planted: PlantedFaults;
}

/** Two prompts with such a common beginning count as duplicates; no two do but the planted ones. */
export const longPrefix = 40;
export const logSize = 5400;
export const nearDuplicateCount = 300;
/** In words and punctuation marks. */
const longestPrompt = 23;
const fewShotShare = 0.12;
const heavyUsers = { "user-heavy-1": 260, "user-heavy-2": 235, "user-heavy-3": 210 } as const;
const personalDataCount = 60;

/** The raw log of a world: prompts of users, with what a hygiene step has to find. Names training things only. */
export function drawPromptLog(facts: Facts): PromptLog {
  const rng = createRng(facts.seed).split("prompt log");
  const pool: Pool = { facts, things: facts.trainingThings };
  const drafts = distinctDrafts(pool, logSize, rng.split("drafts"));
  const { drafts: withData, data } = plantPersonalData(drafts, rng.split("personal data"));
  const users = assignUsers(withData.length, rng.split("users"));
  const named = withData.map((draft, i) => ({ ...draft, user: users[i] }));
  const copies = nearDuplicates(
    named.filter((_, i) => !data.has(i)),
    rng.split("near-duplicates"),
  );
  const prompts = [...named, ...copies].map((prompt, i) => ({ id: idOf(i), ...prompt }));
  return {
    prompts,
    planted: {
      nearDuplicates: prompts.slice(named.length).map(({ id }) => id),
      heavyUsers,
      personalData: Object.fromEntries([...data].map(([i, text]) => [idOf(i), text])),
    },
  };
}

const idOf = (i: number): string => `prompt-${String(i + 1).padStart(5, "0")}`;

/** Prompts no two of which begin alike: the use cases in the paper's mix, and groups of few-shot prompts among them. */
export function distinctDrafts(
  pool: Pool,
  count: number,
  rng: Rng,
  taken: Set<string> = new Set(),
): DraftPrompt[] {
  const drafts: DraftPrompt[] = [];
  const add = (draft: DraftPrompt): void => {
    if (drafts.length < count && isNew(draft, taken)) drafts.push(draft);
  };
  let useCase: UseCase = "chat";
  while (drafts.length < count) {
    const before = drafts.length;
    if (chance(rng, fewShotShare / 3.5)) fewShotPrompts(pool, 3 + rng.integer(2), rng).forEach(add);
    else {
      add(draftPrompt(pool, useCase, rng));
      if (drafts.length > before) useCase = pickWeighted(rng, useCaseShares); // a refused draft is drawn again, or rare cases would thin out
    }
  }
  return drafts;
}

/** Whether a prompt is short enough and begins unlike all `taken`, to which its beginning is then added. */
export function isNew({ text }: DraftPrompt, taken: Set<string>): boolean {
  const beginning = text.slice(0, longPrefix);
  if (taken.has(beginning) || text.split(" ").length > longestPrompt) return false;
  taken.add(beginning);
  return true;
}

/** Ordinary users send one to twelve prompts each, heavy users hundreds. */
function assignUsers(count: number, rng: Rng): string[] {
  const users: string[] = Object.entries(heavyUsers).flatMap(([user, n]) => new Array<string>(n).fill(user));
  for (let user = 1; users.length < count; user++) {
    const prompts = 1 + rng.integer(12);
    for (let i = 0; i < prompts && users.length < count; i++)
      users.push(`user-${String(user).padStart(4, "0")}`);
  }
  return rng.shuffle(users);
}

/** Mail addresses and phone numbers of nobody: the domain is kept free for examples (RFC 2606), and so are numbers from 555-0100 to 555-0199. */
function plantPersonalData(
  drafts: readonly DraftPrompt[],
  rng: Rng,
): { drafts: DraftPrompt[]; data: Map<number, string> } {
  const chosen = rng
    .shuffle(drafts.map((_, i) => i).filter((i) => drafts[i].text.split(" ").length <= 16))
    .slice(0, personalDataCount);
  const data = new Map(
    chosen.map((i, k): [number, string] => [
      i,
      k % 2 === 0
        ? `${pick(rng, people)}.${k}@example.com`
        : `${200 + rng.integer(800)}-555-01${String(k).padStart(2, "0")}`,
    ]),
  );
  return {
    drafts: drafts.map((draft, i) => {
      const personal = data.get(i);
      if (personal === undefined) return draft;
      const said = personal.includes("@") ? `my mail is ${personal} .` : `call ${personal} .`;
      return { ...draft, text: `${said} ${draft.text}` };
    }),
    data,
  };
}

type LoggedPrompt = DraftPrompt & { readonly user: string };

/** Copies of long prompts with another ending, by the same and by other users. */
function nearDuplicates(prompts: readonly LoggedPrompt[], rng: Rng): LoggedPrompt[] {
  const long = prompts.filter(({ text, user }) => text.length >= longPrefix && !(user in heavyUsers));
  return Array.from({ length: nearDuplicateCount }, () => {
    const original = pick(rng, long);
    const ending = pick(rng, [" thanks .", " be quick .", " please ."]);
    const user = chance(rng, 0.5) ? original.user : pick(rng, long).user;
    return { ...original, text: original.text + ending, user };
  });
}
