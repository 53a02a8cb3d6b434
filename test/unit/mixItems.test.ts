import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng } from "../../extension/algorithms/rng";
import { goldContent, parseGold, type GoldItem } from "../../extension/data/goldItems";
import { itemContent } from "../../extension/data/itemContent";
import { makeRankingBatch, type AnsweredPrompt } from "../../extension/data/labels";
import { mixItems, repeatDistance } from "../../extension/data/mixItems";
import type { LabelItem } from "../../extension/protocol/rankingFormat";

const from = { model: "sft-1", checkpointHash: "ab", temperature: 1 };
const answeredPrompts = (count: number): AnsweredPrompt[] =>
  Array.from({ length: count }, (_, i) => ({
    prompt: { id: `p-${1000 + i}`, text: `prompt ${i}`, useCase: "chat" },
    responses: [0, 1, 2, 3].map((r) => ({ text: `answer ${i}.${r}`, ...from, seed: 4 * i + r })),
  }));
const goldItems = (count: number, size = 4): GoldItem[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `gold-${size}-${i}`,
    prompt: `known ${size} ${i}`,
    responses: Array.from({ length: size }, (_, r) => ({ text: `known answer ${i}.${r}` })),
    tiers: [Array.from({ length: size }, (_, r) => r)],
  }));
interface Asked {
  readonly count: number;
  readonly gold?: readonly GoldItem[];
  readonly known?: ReadonlySet<string>;
  readonly goldShare?: number;
  readonly repeatShare?: number;
  readonly seed?: number;
}
const mixed = ({ count, gold = [], known = new Set(), goldShare = 0, repeatShare = 0, seed = 1 }: Asked) => {
  const answered = answeredPrompts(count);
  const prompts = answered.map(({ prompt }) => prompt);
  const rng = createRng(seed);
  const result = mixItems(answered, { goldShare, repeatShare, gold, known, prompts, rng });
  return { ...result, items: makeRankingBatch("b", result.items, "2026-01-01T00:00:00Z") };
};
const shape = (item: LabelItem) =>
  JSON.stringify([Object.keys(item), item.responses.map((r) => Object.keys(r))]);

describe("mixItems()", () => {
  it("without shares gives the answered prompts as they are", () => {
    const plain = makeRankingBatch("b", answeredPrompts(9), "2026-01-01T00:00:00Z");
    assert.deepEqual(mixed({ count: 9, gold: goldItems(3) }).items, plain);
  });

  it("mixes in the stated rates, and no field, id or time tells gold items and repeats from the others", () => {
    const gold = goldItems(12);
    const { items, ...counts } = mixed({ count: 40, gold, goldShare: 0.1, repeatShare: 0.15 });
    assert.deepEqual(counts, { gold: 4, repeats: 6 });
    assert.equal(items.length, 50);
    assert.deepEqual(
      items.map(({ id }) => id),
      Array.from({ length: 50 }, (_, i) => `b-${String(i + 1).padStart(4, "0")}`),
    );
    assert.deepEqual([...new Set(items.map(shape))].length, 1);
    assert.ok(items.every(({ promptId }) => /^p-\d{4}$/.test(promptId ?? "")));
    assert.ok(!JSON.stringify(items).includes("gold"));
    const known = new Set(gold.map((item) => goldContent(item).key));
    assert.equal(items.filter((item) => known.has(itemContent(item).key)).length, 4);
  });

  it("gives a gold item whose prompt the project knows that prompt's id", () => {
    const own = { ...goldItems(1)[0], prompt: "prompt 3" };
    const { items } = mixed({ count: 10, gold: [own], goldShare: 0.1 });
    const asked = items.filter(({ prompt }) => prompt === "prompt 3");
    assert.deepEqual(
      asked.map(({ promptId }) => promptId),
      ["p-1003", "p-1003"],
    );
  });

  it("takes gold items that no batch has asked first, then those with as many responses as the others", () => {
    const gold = [...goldItems(2, 3), ...goldItems(3)];
    const known = new Set([goldContent(gold[4]).key]);
    const taken = (goldShare: number) => {
      const { items } = mixed({ count: 10, gold, known, goldShare });
      return items.flatMap(({ prompt }) => (prompt.startsWith("known") ? [prompt] : [])).sort();
    };
    assert.deepEqual(taken(0.2), ["known 4 0", "known 4 1"]);
    assert.deepEqual(taken(0.4), ["known 3 0", "known 3 1", "known 4 0", "known 4 1"]);
    assert.equal(taken(0.5).length, 5);
  });

  it("repeats come once, in another order, and at a distance where the batch is long enough", () => {
    fc.assert(
      fc.property(
        fc.record({
          count: fc.integer({ min: 1, max: 40 }),
          seed: fc.nat(),
          goldShare: fc.constantFrom(0, 0.1, 0.5),
          repeatShare: fc.constantFrom(0.1, 0.3, 0.5),
        }),
        (asked) => {
          const { items, repeats } = mixed({ ...asked, gold: goldItems(8) });
          assert.equal(repeats, Math.round(asked.repeatShare * asked.count));
          const places = new Map<string, number[]>();
          items.forEach((item, i) => {
            const { key } = itemContent(item);
            places.set(key, [...(places.get(key) ?? []), i]);
          });
          const twice = [...places.values()].filter(({ length }) => length > 1);
          assert.equal(twice.length, repeats);
          const early = items.length - repeats - repeatDistance;
          for (const [first, second, ...more] of twice) {
            assert.deepEqual(more, []);
            if (repeats <= early - 8) assert.ok(second - first >= repeatDistance, `${first}, ${second}`);
            const texts = (place: number) => items[place].responses.map(({ text }) => text).join();
            assert.notEqual(texts(first), texts(second));
          }
          assert.deepEqual(mixed({ ...asked, gold: goldItems(8) }).items, items);
        },
      ),
    );
  });
});

describe("parseGold()", () => {
  const [gold] = goldItems(1);
  const parsed = (...lines: readonly unknown[]) => {
    const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
    const { records, problems } = parseGold(text, "gold.jsonl");
    return { records, messages: problems.map(({ line, message }) => `${line}: ${message}`) };
  };
  it("reads gold items and names the line of each that is wrong, without losing the others", () => {
    const full = { ...goldItems(2)[1], flags: [["opinion"], [], [], []], sensitive: true };
    assert.deepEqual(parsed(gold, full), { records: [gold, full], messages: [] });
    const { records, messages } = parsed(
      gold,
      "{",
      { ...gold, id: "other", responses: [...gold.responses].reverse() },
      { ...full, tiers: [[0, 1, 2]] },
      { ...full, flags: [[]] },
      { ...full, answer: 1 },
      full,
    );
    assert.deepEqual(records, [gold, full]);
    assert.equal(messages.length, 5);
    [
      /^2: gold\.jsonl, line 2 is not valid JSON/,
      /^3: .*line 1/,
      /^4: .*"tiers"/,
      /^5: .*"flags"/,
      /^6: .*"answer"/,
    ].forEach((pattern, i) => assert.match(messages[i], pattern));
  });
});
