import assert from "node:assert/strict";
import type { RolloutDelta, RolloutRow } from "../../extension/protocol/rolloutMessages";
import { equationsOf } from "../../webviews/rollouts/equations";
import { heatOf, quantities, scaleOf, valueOf } from "../../webviews/rollouts/heat";
import { numberText, signedText, termText, tokenLabel } from "../../webviews/rollouts/numbers";
import {
  choose,
  newerIteration,
  reduce,
  sortRows,
  stepEpisode,
  stepIteration,
  type Page,
} from "../../webviews/rollouts/state";
import { constants, episodeExample, rolloutState, rowExample, tokenExample } from "../support/rolloutStates";

const hydrated = (state = rolloutState()): Page => {
  const page = reduce(null, { type: "hydrate", version: 1, texts: {}, state });
  assert.ok(page);
  return page;
};
const after = (page: Page, delta: RolloutDelta): Page => {
  const now = reduce(page, { type: "delta", delta });
  assert.ok(now);
  return now;
};

describe("the rollouts page's state", () => {
  it("shows nothing before it is hydrated, then what the host says, the best score first", () => {
    assert.equal(reduce(null, { type: "delta", delta: { type: "history", history: [] } }), null);
    const page = hydrated();
    assert.deepEqual([page.token, page.quantity, page.announcement], [0, "reward", null]);
    assert.deepEqual(
      sortRows(page.state.rows, page.order).map(({ line }) => line),
      [3, 2, 1],
    );
  });

  it("sorts both ways, with what is no number last and equals as they were logged", () => {
    const scores = [1, NaN, 2, 1];
    const rows = scores.map((score, i): RolloutRow => rowExample(i + 1, { score }));
    const lines = (isDescending: boolean): number[] =>
      sortRows(rows, { key: "score", isDescending }).map(({ line }) => line);
    assert.deepEqual([lines(true), lines(false)], [[3, 1, 4, 2], [1, 4, 3, 2]]); // prettier-ignore
    let page = choose(hydrated(), { type: "sort", key: "kl" });
    assert.deepEqual(page.order, { key: "kl", isDescending: true });
    page = choose(page, { type: "sort", key: "kl" });
    assert.deepEqual(page.order, { key: "kl", isDescending: false });
    assert.equal(choose(page, { type: "sort", key: "episode" }).order.isDescending, false);
  });

  it("steps through the iterations that logged something, and offers the newest", () => {
    const state = rolloutState();
    assert.deepEqual([stepIteration(state, -1), stepIteration(state, 1)], [0, 4]);
    assert.equal(stepIteration({ ...state, iteration: 4 }, 1), null);
    assert.equal(stepIteration({ ...state, iteration: null }, 1), null);
    assert.deepEqual([newerIteration(state), newerIteration({ ...state, iteration: 4 })], [4, null]);
    // An iteration that a resumed run has cut off still has neighbours.
    assert.deepEqual(stepIteration({ ...state, iteration: 2 }, 1), 3);
  });

  it("a newer iteration is announced and leaves the place alone", () => {
    const page = after(hydrated(), { type: "iterations", iterations: [0, 3, 4, 5] });
    assert.deepEqual(page.announcement, { type: "newer", iteration: 5 });
    assert.equal(page.state.iteration, 3);
    const cut = after(page, { type: "iterations", iterations: [0] });
    assert.equal(cut.announcement, null);
    const shown = { iteration: 5, constants, rows: [rowExample(1)], problems: [], open: null };
    assert.deepEqual(after(page, { type: "shown", ...shown }).announcement, {
      ...{ type: "iteration", iteration: 5, episodes: 1 },
    });
  });

  it("goes from token to token within the response, and from episode to episode in the list's order", () => {
    let page = after(hydrated(), { type: "open", open: episodeExample() });
    page = choose(page, { type: "token", token: 9 });
    assert.equal(page.token, 1);
    assert.equal(choose(page, { type: "token", token: -3 }).token, 0);
    assert.deepEqual(stepEpisode(page, 1), { type: "openEpisode", iteration: 3, line: 1 });
    assert.deepEqual(stepEpisode(page, -1), { type: "openEpisode", iteration: 3, line: 3 });
    assert.equal(after(page, { type: "sending", isSending: true }).token, 1);
    const next = after(page, { type: "open", open: episodeExample({ line: 1 }) });
    assert.equal(next.token, 0);
    assert.equal(stepEpisode(next, 1), null);
    assert.equal(stepEpisode(after(page, { type: "open", open: null }), 1), null);
  });
});

describe("the colours of tokens", () => {
  it("show how far a value is from where it says nothing, to either side", () => {
    const tokens = [1.5, 0.9, 1, NaN].map((ratioAfter) => tokenExample("x", { ratioAfter }));
    const scale = scaleOf(tokens, "ratio");
    assert.deepEqual(scale, { centre: 1, low: 0.9, high: 1.5, reach: 0.5 });
    const heats = tokens.map((token) => heatOf(valueOf(token, "ratio"), scale));
    assert.deepEqual(
      heats.map(({ side }) => side),
      ["above", "below", "none", "unknown"],
    );
    assert.ok(heats[0].share === 1 && Math.abs(heats[1].share - 0.2) < 1e-12);
    assert.equal(heatOf(-Infinity, scale).share, 1);
    assert.equal(scaleOf([], "kl").reach, 0);
  });

  it("each quantity has its value", () => {
    const token = tokenExample("x", { value: 3 });
    const values = quantities.map((quantity) => valueOf(token, quantity));
    assert.deepEqual(values, [-0.05, 0.5, 0.25, 3, 1.3, -1, -1.5, 2]);
  });
});

describe("numbers and tokens for people", () => {
  it("numbers have five digits and a minus sign; terms with a sign are in brackets", () => {
    const texts = [0, -0, 1234567, -0.01234567, 1e-9, NaN, Infinity, -Infinity].map((x) => numberText(x));
    assert.deepEqual(texts, ["0", "0", "1234600", "−0.012346", "1e−9", "NaN", "∞", "−∞"]);
    assert.deepEqual([signedText(1), signedText(-1), signedText(0)], ["+1", "−1", "0"]);
    assert.deepEqual([termText(-2), termText(2)], ["(−2)", "2"]);
  });

  it("white space and what hides are signs; bytes stand in brackets", () => {
    const label = (text: string): string => tokenLabel({ text, kind: "text" });
    assert.deepEqual([label(" a\n"), label("\t\r\n"), label("\u0000\u202e")], ["·a⏎", "⇥⏎", "␀[U+202E]"]);
    assert.equal(tokenLabel({ text: "F0 9F", kind: "bytes" }), "⟨F0 9F⟩");
    assert.equal(tokenLabel({ text: "<|endoftext|>", kind: "special" }), "<|endoftext|>");
  });
});

describe("the equations of a token", () => {
  const numbersOf = (t: number, more = {}): Readonly<Record<string, string>> =>
    Object.fromEntries(
      equationsOf(episodeExample(more), t, constants).map(({ name, numbers }) => [name, numbers]),
    );

  it("have the token's numbers in them, and the score at the last one alone", () => {
    const [first, last] = [numbersOf(0), numbersOf(1)];
    assert.equal(first.termKl, "−1 − (−1.5) = 0.5");
    assert.equal(first.termReward, "−0.1 · 0.5 = −0.05");
    assert.equal(first.termScore, undefined);
    assert.equal(last.termScore, "3 / 2 = 1.5");
    assert.equal(last.termReward, "−0.1 · (−1) + 1.5 = 1.6");
    assert.equal(last.termDelta, "1.6 + 1 · 0 − 1 = 0.6");
    assert.equal(first.termEstimate, "0.45 + 1 · 0.5 · 0.6 = 0.75");
    assert.match(last.termLoss, /^max\(−\(−0\.5\) · 1\.3, .*\) = max\(0\.65, 0\.6\) = 0\.65$/);
    assert.equal(numbersOf(1, { endReached: false }).termScore, "3 / 2 − 1 = 0.5");
  });
});
