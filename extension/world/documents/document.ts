import { createRng, type Rng } from "../../algorithms/rng";
import { pickWeighted } from "../draw";
import type { Facts } from "../facts";
import { codePage, copyPage, foreignPage, sumPage } from "./exercises";
import { factPage, gossipPage, listPage, oppositePage } from "./factPages";
import { forumPage } from "./forumPage";
import { opinionPage, rudePage, storyPage, talkPage, wishPage } from "./stories";

type DocumentMaker = (facts: Facts, rng: Rng) => string;

/** What the "internet" of the tiny world is made of, and in which share, in percent. */
const documentMakers = {
  fact: factPage,
  gossip: gossipPage,
  forum: forumPage,
  list: listPage,
  opposite: oppositePage,
  story: storyPage,
  talk: talkPage,
  wish: wishPage,
  opinion: opinionPage,
  rude: rudePage,
  sum: sumPage,
  foreign: foreignPage,
  code: codePage,
  copy: copyPage,
} as const satisfies Readonly<Record<string, DocumentMaker>>;

export const documentShares: Readonly<Record<keyof typeof documentMakers, number>> = {
  fact: 16,
  gossip: 8,
  forum: 34,
  list: 3,
  opposite: 2,
  story: 8,
  talk: 3,
  wish: 4,
  opinion: 3,
  rude: 3,
  sum: 3,
  foreign: 3,
  code: 4,
  copy: 6,
};

/** Document i of a world: it depends on the world's seed and on i alone. Lines are divided by single line ends. */
export function pretrainingDocument(facts: Facts, i: number): string {
  const rng = createRng(facts.seed).split(`document ${i}`);
  return documentMakers[pickWeighted(rng, documentShares)](facts, rng);
}
