import assert from "node:assert/strict";
import { splitByUser, splitKeys, type Split } from "../../extension/data/splits";

const shares = { validationShare: 0.1, testShare: 0.2 };
const records = Array.from({ length: 3000 }, (_, i) => ({ id: i, user: `user ${i % 700}` }));
const placeOf = <T>({ train, validation, test }: Split<T>): Map<T, string> =>
  new Map([
    ...train.map((record) => [record, "train"] as const),
    ...validation.map((record) => [record, "validation"] as const),
    ...test.map((record) => [record, "test"] as const),
  ]);

describe("splitByUser()", () => {
  it("puts every record into one split, and no user into two", () => {
    const split = splitByUser(records, ({ user }) => user, shares, 0);
    assert.equal(split.train.length + split.validation.length + split.test.length, records.length);
    const users = [split.train, split.validation, split.test].map(
      (part) => new Set(part.map(({ user }) => user)),
    );
    assert.equal(
      new Set(users.flatMap((set) => [...set])).size,
      users[0].size + users[1].size + users[2].size,
    );
    assert.ok(users.every((set) => set.size > 0));
  });

  it("gives each split its share of users", () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `${i}`);
    const { validation, test } = splitByUser(many, (key) => key, shares, 4);
    // Five standard deviations of a binomial share of 20,000.
    assert.ok(Math.abs(validation.length / 20_000 - 0.1) < 0.011, `${validation.length}`);
    assert.ok(Math.abs(test.length / 20_000 - 0.2) < 0.015, `${test.length}`);
  });

  it("moves no record when others are added or taken away, in any order", () => {
    const before = placeOf(splitByUser(records, ({ user }) => user, shares, 1));
    const others = Array.from({ length: 500 }, (_, i) => ({ id: -i, user: `new ${i}` }));
    const after = placeOf(
      splitByUser([...others, ...records.slice(1000).reverse()], ({ user }) => user, shares, 1),
    );
    for (const record of records.slice(1000)) assert.equal(after.get(record), before.get(record));
  });

  it("is another one for another seed, and moves users only towards train when shares shrink", () => {
    const first = placeOf(splitByUser(records, ({ user }) => user, shares, 1));
    const second = placeOf(splitByUser(records, ({ user }) => user, shares, 2));
    assert.ok(records.some((record) => first.get(record) !== second.get(record)));
    const smaller = { validationShare: 0.1, testShare: 0.1 };
    const third = placeOf(splitByUser(records, ({ user }) => user, smaller, 1));
    for (const record of records) if (first.get(record) === "train") assert.equal(third.get(record), "train");
  });

  it("splits these keys as it always did", () => {
    const keys = Array.from({ length: 24 }, (_, i) => `user ${i}`);
    const { validation, test } = splitByUser(keys, (key) => key, { validationShare: 0.2, testShare: 0.2 }, 0);
    assert.deepEqual({ validation, test }, golden);
  });
});

/** What the first version gave: a change here would let old test users train new models. */
const golden = {
  validation: [4, 7, 15, 16, 20, 22].map((i) => `user ${i}`),
  test: [5, 6, 12, 17, 18, 23].map((i) => `user ${i}`),
};

describe("splitKeys()", () => {
  const keyOf = splitKeys([
    { id: "p1", text: "Say  hello.", user: "ann" },
    { id: "p2", text: "Who is it?", user: "bob" },
    { id: "p3", text: "Nobody's." },
  ]);
  it("finds the user of a demonstration or comparison by the prompt's id or text", () => {
    assert.equal(keyOf({ prompt: "Say  hello.", user: "ann" }), "user ann");
    assert.equal(keyOf({ prompt: " Say hello.\n" }), "user ann");
    assert.equal(keyOf({ prompt: "edited", promptId: "p2" }), "user bob");
    assert.equal(keyOf({ prompt: "Say hello.", user: "cid" }), "user cid");
  });
  it("falls back to the prompt's text, which no user's name can be taken for", () => {
    assert.equal(keyOf({ prompt: "Nobody's.", promptId: "p3" }), "prompt Nobody's.");
    assert.equal(keyOf({ prompt: "user ann" }), "prompt user ann");
  });
});
