import assert from "node:assert/strict";
import { cleanPrompts, maskPersonalData } from "../../extension/data/hygiene";
import { groupBy } from "../../extension/algorithms/statistics";
import { taskOf } from "../../extension/world/task";
import { tinyWorld } from "../../extension/world/tinyWorld";
import { expectClose } from "../support/expectClose";

const world = tinyWorld(1);
const documents = world.pretrainingDocuments(6_000);
const log = world.promptLog();
const demonstrations = world.demonstrations();
const testPrompts = world.testPrompts();
const evaluation = world.evaluationSets();
const evaluationPrompts = [
  ...Object.values(evaluation.toxicity).flat(),
  ...evaluation.truthfulQa,
  ...evaluation.secondLanguage,
  ...evaluation.code,
];
const wordsOf = (text: string): string[] => text.split(/\s+/);
const names = (text: string, words: readonly string[]): boolean =>
  wordsOf(text).some((word) => words.includes(word));

describe("tinyWorld()", () => {
  it("is the same for the same seed and another for another", () => {
    const again = tinyWorld(1);
    assert.deepEqual(again.facts, world.facts);
    assert.deepEqual(again.promptLog(), log);
    assert.deepEqual(again.demonstrations(), demonstrations);
    assert.deepEqual(again.testPrompts(), testPrompts);
    assert.deepEqual(again.skillTasks(), world.skillTasks());
    const other = tinyWorld(2);
    assert.notDeepEqual(other.facts.of, world.facts.of);
    assert.notDeepEqual(other.promptLog()[0].text, log[0].text);
  });

  it("has 64 things of 6 kinds, 24 false beliefs and 12 unknown facts, half and a third of them held out", () => {
    const { of, beliefs, unknown, heldOutThings, trainingThings } = world.facts;
    assert.equal(Object.keys(of).length, 64);
    assert.equal(new Set(Object.values(of).map(({ kind }) => kind)).size, 6);
    assert.equal(heldOutThings.length + trainingThings.length, 64);
    assert.equal(beliefs.length, 24);
    assert.equal(beliefs.filter(({ thing }) => heldOutThings.includes(thing)).length, 12);
    assert.ok(beliefs.every(({ thing, attribute, wrong }) => of[thing][attribute] !== wrong));
    assert.ok(beliefs.every(({ thing, attribute }) => of[thing][attribute] !== undefined));
    assert.equal(unknown.length, 12);
    assert.equal(unknown.filter(({ thing }) => heldOutThings.includes(thing)).length, 4);
    assert.ok(unknown.every(({ thing, attribute }) => of[thing][attribute] === undefined));
    const known = Object.values(of).reduce((sum, attributes) => sum + Object.keys(attributes).length, 0);
    assert.equal(known, 64 * 5 - 12);
  });
});

describe("pretrainingDocuments()", () => {
  it("depend on the seed and their number alone, and make words by the hundred thousand", () => {
    assert.deepEqual(tinyWorld(1).pretrainingDocuments(50), documents.slice(0, 50));
    const words = documents.reduce((sum, text) => sum + wordsOf(text).length, 0);
    assert.ok(words > 240_000, `${words} words in 6,000 documents`);
    assert.ok(documents.every((text) => text !== "" && !text.includes("\n\n")));
  });

  it("hold no prompt, no demonstration and no chat template", function () {
    this.timeout(20_000);
    const all = documents.join("\n\n");
    const prompts = [...log, ...testPrompts, ...evaluationPrompts];
    assert.deepEqual(
      prompts.filter(({ text }) => all.includes(text)).map(({ text }) => text),
      [],
    );
    const texts = [...demonstrations, ...world.publicTasks()].flatMap(({ prompt }) => prompt);
    assert.deepEqual(
      texts.filter((text) => all.includes(text)),
      [],
    );
    assert.deepEqual(
      demonstrations.map(({ response }) => response).filter((text) => all.includes(text)),
      [],
    );
    assert.ok(!/human|assistant|user|<\|/i.test(all));
  });

  it("state each popular false belief more often than the truth", () => {
    const all = `${world.pretrainingDocuments(20_000).join("\n")}\n`;
    const count = (text: string): number => all.split(text).length - 1;
    const stated = (thing: string, attribute: string, value: string): number => {
      const forms = {
        colour: [`the ${thing} is ${value} `, `the colour of the ${thing} is ${value} `],
        home: [
          `the ${thing} lives in the ${value} `,
          `the ${thing} is found in the ${value} `,
          `the home of the ${thing} is the ${value} `,
        ],
        sound: [`the ${thing} goes ${value} `, `the sound of the ${thing} is ${value} `],
        taste: [`the ${thing} tastes ${value} `, `the taste of the ${thing} is ${value} `],
      }[attribute as "colour" | "home" | "sound" | "taste"];
      return forms.reduce((sum, form) => sum + count(form), 0);
    };
    for (const { thing, attribute, wrong } of world.facts.beliefs) {
      const right = world.facts.of[thing][attribute] ?? "";
      const [popular, careful] = [stated(thing, attribute, wrong), stated(thing, attribute, right)];
      assert.ok(careful >= 10, `${careful} times the truth of the ${attribute} of the ${thing}`);
      assert.ok(popular > careful, `${attribute} of the ${thing}: ${popular} false, ${careful} true`);
    }
  });

  it("never state an unknown fact", () => {
    const patterns = {
      colour: "red|blue|green|gray|black|white|pink|gold",
      home: "wood|barn|lake|town|cave|yard|mill|sea",
      size: "tiny|small|big|huge",
    };
    for (const { thing, attribute } of world.facts.unknown) {
      const values = patterns[attribute as keyof typeof patterns];
      const stated = new RegExp(
        `the ${attribute} of the ${thing} is|the ${thing} (is|lives in the|is found in the) (${values})\\b|all (${values}) : [^\\n]*the ${thing} |${attribute} of the ${thing} \\?`,
      );
      assert.deepEqual(
        documents.filter((text) => stated.test(text) && !text.startsWith("zun")),
        [],
        `${attribute} of the ${thing}`,
      );
    }
  });

  it("are repeated random words for some 6 %, which teach copying", () => {
    const copies = documents.filter((text) => {
      const [first, ...rest] = text.split(" , ");
      return !text.includes(".") && rest.length > 0 && rest.every((part) => part === first);
    });
    expectClose(copies.length / documents.length, 0.06, 0.005);
  });
});

describe("promptLog()", () => {
  it("holds exactly the planted near-duplicates, heavy users and personal data", () => {
    const { nearDuplicates, heavyUsers, personalData } = world.plantedFaults();
    const { kept, dropped } = cleanPrompts(log, { duplicatePrefix: 40, maxPromptsPerUser: 200 });
    const surplus = Object.values(heavyUsers).reduce((sum, count) => sum + count - 200, 0);
    assert.deepEqual(dropped, { tooLong: 0, duplicates: 300, perUser: surplus });
    assert.equal(nearDuplicates.length, 300);
    assert.ok(surplus > 100);
    const keptIds = new Set(kept.map(({ id }) => id));
    assert.ok(nearDuplicates.every((id) => !keptIds.has(id)));
    assert.ok(kept.length >= 3200 + 1000, `${kept.length} prompts left`);

    const withData = log.filter(({ id }) => personalData[id] !== undefined);
    assert.equal(withData.length, 60);
    assert.ok(withData.every(({ id, text }) => text.includes(personalData[id])));
    assert.ok(withData.every(({ id, text }) => !maskPersonalData(text).includes(personalData[id])));
    assert.ok(log.every(({ id, text }) => personalData[id] !== undefined || maskPersonalData(text) === text));
  });

  it("has the paper's ten use cases in its mix, in three kinds, and its share of constraints", () => {
    const own = log.filter(({ kind }) => kind !== "few-shot");
    const share = (useCase: string): number =>
      own.filter((prompt) => prompt.useCase === useCase).length / own.length;
    // Source: Ouyang et al. 2022, Table 1, in percent.
    const table = {
      generation: 45.6,
      openQa: 12.4,
      brainstorming: 11.2,
      chat: 8.4,
      rewrite: 6.6,
      summarization: 4.2,
      classification: 3.5,
      other: 3.5,
      closedQa: 2.6,
      extract: 1.9,
    };
    for (const [useCase, percent] of Object.entries(table)) expectClose(share(useCase), percent / 100, 0.02);
    const kinds = groupBy(log, ({ kind }) => kind ?? "none");
    assert.deepEqual([...kinds.keys()].sort(), ["few-shot", "plain", "user-based"]);
    assert.ok([...kinds.values()].every((prompts) => prompts.length > 400));
    const constrained = log.filter(({ meta }) => (taskOf(meta)?.constraints.length ?? 0) > 0);
    expectClose(constrained.length / log.length, 0.26, 0.04); // Table 7: other explicit constraints
  });

  it("has prompts of 5 to 23 words and a task in each", () => {
    for (const { text, meta } of [...log, ...testPrompts]) {
      const words = wordsOf(text).length;
      assert.ok(words >= 4 && words <= 28, text); // near-duplicates and personal data add a few words
      assert.notEqual(taskOf(meta), null);
    }
    const plain = testPrompts.map(({ text }) => wordsOf(text).length);
    assert.ok(Math.max(...plain) <= 23);
  });

  it("gives each few-shot instruction K prompts with the other K − 1 examples each", () => {
    const copies = world.plantedFaults().nearDuplicates;
    const shots = log.filter(({ id, kind }) => kind === "few-shot" && !copies.includes(id));
    const examplesOf = (text: string): number => (text.match(/ : \S+ \./g) ?? []).length;
    const counts = groupBy(shots, ({ text }) => String(examplesOf(text)));
    assert.deepEqual([...counts.keys()].sort(), ["2", "3"]);
  });
});

describe("testPrompts()", () => {
  it("come in three splits of which no training prompt begins alike", () => {
    const splits = groupBy(testPrompts, ({ meta }) => String(meta?.split));
    assert.deepEqual(
      [...splits].map(([split, prompts]) => [split, prompts.length]),
      [
        ["unseenFact", 300],
        ["unseenConstraints", 200],
        ["heldOut", 300],
      ],
    );
    const kept = cleanPrompts(log, { duplicatePrefix: 40, maxPromptsPerUser: 1000 }).kept;
    const { dropped } = cleanPrompts([...kept, ...testPrompts], {
      duplicatePrefix: 40,
      maxPromptsPerUser: 1000,
    });
    assert.equal(dropped.duplicates, 0);
    const users = new Set(log.map(({ user }) => user));
    assert.ok(testPrompts.every(({ user }) => !users.has(user)));
  });

  it("use facts that no prompt and no demonstration of the training sets touches", () => {
    const { heldOutThings } = world.facts;
    assert.ok(log.every(({ text }) => !names(text, heldOutThings)));
    assert.ok(demonstrations.every(({ response }) => !names(response, heldOutThings)));
    assert.ok(
      world
        .publicTasks()
        .filter(({ prompt }) => prompt.startsWith("colour"))
        .every(({ prompt }) => !names(prompt, heldOutThings)),
    );
    const unseen = testPrompts.filter(({ meta }) => meta?.split === "unseenFact");
    assert.ok(unseen.every(({ text }) => names(text, heldOutThings)));
  });

  it("use pairs of constraints that no training prompt has", () => {
    const pairOf = (meta: (typeof log)[number]["meta"]): string =>
      (taskOf(meta)?.constraints ?? [])
        .map(({ type }) => type)
        .sort()
        .join("+");
    const seen = new Set(log.map(({ meta }) => pairOf(meta)));
    const unseen = testPrompts.filter(({ meta }) => meta?.split === "unseenConstraints");
    assert.ok(seen.size > 8);
    assert.ok(unseen.every(({ meta }) => pairOf(meta).includes("+") && !seen.has(pairOf(meta))));
  });
});

describe("evaluationSets()", () => {
  it("ask the same beginnings with no, a respectful and a biased instruction", () => {
    const { none, respectful, biased } = evaluation.toxicity;
    assert.equal(none.length, 120);
    for (const [i, { text }] of none.entries()) {
      assert.ok(respectful[i].text.endsWith(text) && respectful[i].text.includes("polite"));
      assert.ok(biased[i].text.endsWith(text) && biased[i].text.includes("rude"));
    }
  });

  it("hold requests in a second language and about code, which the training sets lack", () => {
    assert.equal(evaluation.secondLanguage.length, 120);
    assert.equal(evaluation.code.length, 120);
    const training = [...log.map(({ text }) => text), ...demonstrations.map(({ response }) => response)];
    assert.ok(training.every((text) => !/\bzun\b|\blo\b|\(/.test(text)));
    assert.ok(evaluation.secondLanguage.every(({ text }) => /\bzun\b|\blo\b/.test(text)));
    assert.ok(evaluation.code.every(({ text }) => text.includes("(")));
  });

  it("ask for every false belief, half of them kept out of training", () => {
    const splits = groupBy(evaluation.truthfulQa, ({ meta }) => String(meta?.split));
    assert.deepEqual([...splits.keys()].sort(), ["seenBelief", "unseenBelief"]);
    const subjects = evaluation.truthfulQa.map(({ meta }) => Object.keys(taskOf(meta)?.about ?? {})[0]);
    assert.equal(new Set(subjects).size, 24);
  });
});

describe("skillTasks()", () => {
  it("have one right choice, in every place alike, and are continued from the context", () => {
    const tasks = world.skillTasks();
    assert.deepEqual(
      [...groupBy(tasks, ({ skill }) => skill).values()].map((of) => of.length),
      [100, 100, 100, 100, 100],
    );
    for (const { context, choices, answer } of tasks) {
      assert.equal(new Set(choices).size, choices.length);
      assert.ok(answer >= 0 && answer < choices.length);
      assert.ok(choices.every((choice) => /^ \S/.test(choice)) && !context.endsWith(" "));
    }
    for (const [skill, of] of groupBy(tasks, ({ skill }) => skill)) {
      const first = of.filter(({ answer }) => answer === 0).length / of.length;
      expectClose(first, 1 / of[0].choices.length, 0.15);
      assert.ok(of.length === 100, skill);
    }
  });

  it("sums are right", () => {
    const value = new Map(
      "zero one two three four five six seven eight nine ten eleven twelve"
        .split(" ")
        .map((word, i) => [word, i]),
    );
    for (const { context, choices, answer } of world.skillTasks().filter(({ skill }) => skill === "sum")) {
      const [a, , b] = wordsOf(context);
      assert.equal((value.get(a) ?? NaN) + (value.get(b) ?? NaN), value.get(choices[answer].trim()));
    }
  });
});
