import type { Rng } from "../../algorithms/rng";
import { chance, pick, pickSome } from "../draw";
import { kindOf, opposites, valuesOf, type Attribute } from "../words";
import { livesOrIsFound, withArticle } from "../sentences";
import type { Ask, Pool } from "./ask";

/** Ways to ask for an attribute of a thing. */
export function questionsFor(thing: string, attribute: Attribute): string[] {
  const general = [
    `what is the ${attribute} of the ${thing} ?`,
    `tell me the ${attribute} of the ${thing} .`,
    `do you know the ${attribute} of the ${thing} ?`,
  ];
  switch (attribute) {
    case "kind":
      return [`what is ${withArticle(thing)} ?`, `what kind of thing is the ${thing} ?`];
    case "home":
      return [
        ...general,
        livesOrIsFound(thing) === "lives"
          ? `where does the ${thing} live ?`
          : `where is the ${thing} found ?`,
      ];
    case "sound":
      return [...general, `how does the ${thing} go ?`];
    case "taste":
      return [...general, `how does the ${thing} taste ?`];
    case "size":
      return [...general, `how big is the ${thing} ?`];
    case "colour":
      return general;
  }
}

/** A question whose answer is a fact, is unknown, or rests on a false premise. */
export function openQuestion(pool: Pool, rng: Rng): Ask {
  const draw = rng.uniform();
  if (draw < 0.1) return unknownQuestion(pool, rng);
  if (draw < 0.22) return falsePremise(pool, rng);
  if (draw < 0.4) return beliefQuestion(pool, rng);
  if (draw < 0.46) return oppositeQuestion(rng);
  const thing = pick(rng, pool.things);
  return factQuestion(thing, pick(rng, Object.keys(pool.facts.of[thing]) as Attribute[]), rng);
}

export function factQuestion(thing: string, attribute: Attribute, rng: Rng): Ask {
  return {
    body: pick(rng, questionsFor(thing, attribute)),
    wanted: { type: "fact", subject: thing, attribute },
    names: [thing],
  };
}

export function unknownQuestion({ facts, things }: Pool, rng: Rng): Ask {
  const { thing, attribute } = pick(
    rng,
    facts.unknown.filter((u) => things.includes(u.thing)),
  );
  return {
    body: pick(rng, questionsFor(thing, attribute)),
    wanted: { type: "unknown", subject: thing, attribute },
    names: [thing],
  };
}

export function beliefQuestion({ facts, things }: Pool, rng: Rng): Ask {
  const { thing, attribute } = pick(
    rng,
    facts.beliefs.filter((b) => things.includes(b.thing)),
  );
  return factQuestion(thing, attribute, rng);
}

function falsePremise({ facts, things }: Pool, rng: Rng): Ask {
  const thing = pick(rng, things);
  const attribute = pick(
    rng,
    (["colour", "size"] as const).filter((a) => facts.of[thing][a] !== undefined),
  );
  const wrong = pick(
    rng,
    valuesOf[attribute].filter((value) => value !== facts.of[thing][attribute]),
  );
  return {
    body: pick(rng, [`why is the ${thing} ${wrong} ?`, `how did the ${thing} get so ${wrong} ?`]),
    wanted: { type: "correction", subject: thing, attribute, wrong },
    names: [thing],
  };
}

function oppositeQuestion(rng: Rng): Ask {
  const [first, second] = rng.shuffle(pick(rng, opposites));
  return {
    body: pick(rng, [`what is the opposite of ${first} ?`, `tell me the opposite of ${first} .`]),
    wanted: {
      type: "exact",
      answers: [`the opposite of ${first} is ${second}`, `it is ${second}`, second],
      closed: false,
    },
    names: [],
  };
}

/** A short text and a question that it answers. */
export function closedQuestion({ things }: Pool, rng: Rng): Ask {
  const [a, b, c] = pickSome(rng, things, 3);
  const place = pick(rng, valuesOf.home);
  const forms: Ask[] = [
    ask(`the ${a} met the ${b} . who met the ${b} ?`, [`the ${a}`, `the ${a} met the ${b}`]),
    ask(`the ${a} hid in the ${place} . where is the ${a} ?`, [
      `the ${a} is in the ${place}`,
      `in the ${place}`,
      `it is in the ${place}`,
    ]),
    ask(`ann has the ${a} and bob has the ${b} . what has bob ?`, [`the ${b}`, `bob has the ${b}`]),
    ask(`ann has the ${a} and bob has the ${b} . who has the ${a} ?`, ["ann", `ann has the ${a}`]),
    ask(`first came the ${a} , then the ${b} . who came first ?`, [`the ${a}`, `the ${a} came first`]),
    ask(`the ${a} fed the ${b} and the ${c} . who fed them ?`, [`the ${a}`, `the ${a} fed them`]),
  ];
  return pick(rng, forms);
}

const ask = (body: string, answers: string[]): Ask => ({
  body,
  wanted: { type: "exact", answers, closed: true },
  names: [],
});

/** Words to be found in a text. */
export function extraction({ things }: Pool, rng: Rng): Ask {
  const [a, b] = pickSome(rng, things, 2);
  const place = pick(rng, valuesOf.home);
  const colour = pick(rng, valuesOf.colour);
  const name = pick(rng, ["ann", "bob", "sam", "kim", "joe", "eve"]);
  return pick(rng, [
    ask(`find the colour : ${name} put the ${colour} box by the ${a} .`, [colour, `the colour is ${colour}`]),
    ask(`find the place : the ${a} went to the ${place} with ${name} .`, [place, `the ${place}`]),
    ask(`find the name : the ${a} and the ${b} went to see ${name} .`, [name, `the name is ${name}`]),
  ]);
}

/** One of two labels. */
export function classification({ things, facts }: Pool, rng: Rng): Ask {
  const thing = pick(rng, things);
  if (chance(rng, 0.5)) {
    const kind = kindOf(thing) ?? "beast";
    const other = pick(
      rng,
      valuesOf.kind.filter((k) => k !== kind),
    );
    const options = rng.shuffle([kind, other]);
    return {
      body: pick(rng, [
        `is the ${thing} a ${options[0]} or a ${options[1]} ?`,
        `${options[0]} or ${options[1]} : the ${thing} .`,
      ]),
      wanted: { type: "label", answer: facts.of[thing].kind ?? kind, options },
      names: [thing],
    };
  }
  const answer = pick(rng, ["good", "bad"]);
  const opinion = pick(rng, opinions[answer === "good" ? "good" : "bad"]);
  return {
    body: pick(rng, [
      `good or bad : the ${thing} was ${opinion} .`,
      `is this good or bad ? the ${thing} was ${opinion} .`,
    ]),
    wanted: { type: "label", answer, options: ["good", "bad"] },
    names: [thing],
  };
}

/** What people say of things they liked and did not like. */
export const opinions = {
  good: ["nice and new", "fast and calm", "soft and nice", "new and soft", "calm and soft", "nice and fast"],
  bad: ["old and slow", "loud and cold", "cold and hard", "slow and loud", "poor and old", "hard and old"],
} as const;
