import type { Rng } from "../../algorithms/rng";
import { pick } from "../draw";
import { withArticle } from "../sentences";
import { people } from "../words";
import type { Ask, Pool } from "./ask";

/** Small talk: a greeting, news, thanks. */
export function chat({ things }: Pool, rng: Rng): Ask {
  const thing = pick(rng, things);
  const name = pick(rng, people);
  const greeting = pick(rng, ["hello", "hi", "hey", "good day"]);
  return pick(rng, [
    say(`${greeting} , i am ${name} .`, [`nice to meet you ${name}`, `it is nice to meet you ${name}`]),
    say(`${greeting} , i am sad . my ${thing} is gone .`, [
      `i am sad for you`,
      `that is sad`,
      `i am sad that your ${thing} is gone`,
    ]),
    say(`${greeting} , i am glad . i got ${withArticle(thing)} .`, [
      `i am glad for you`,
      `that is nice`,
      `i am glad that you got ${withArticle(thing)}`,
    ]),
    say(`${greeting} , do you like my ${thing} ?`, [`i like your ${thing}`, `your ${thing} is nice`]),
    say(`${greeting} , can i show you my ${thing} ?`, [
      `show me your ${thing}`,
      `i want to see your ${thing}`,
    ]),
    say(`${name} and i will go and see the ${thing} .`, [
      `i hope you like the ${thing}`,
      `have a good day with the ${thing}`,
    ]),
    say(`i must go now . my ${thing} and ${name} wait .`, [`good night to you`, `have a good day`]),
  ]);
}

const say = (body: string, answers: string[]): Ask => ({
  body,
  wanted: { type: "exact", answers, closed: false },
  names: [],
});
