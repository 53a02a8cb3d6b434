import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isObject } from "../../extension/protocol/codec";
import { rankingTextKeys } from "../../extension/protocol/rankingMessages";
import { idleAfterMs, startedClock, taken, withInput, withPresence } from "../../webviews/shared/activity";
import { indexOfLetter, keyList, letterOf, shownKeys } from "../../webviews/ranking/keys";
import { keyName } from "../../webviews/shared/keyNames";
import { beginningOf, compareWords, hasHidden, visible } from "../../webviews/shared/words";

const page = join(process.cwd(), "webviews/ranking");
const sources = readdirSync(page)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(join(page, name), "utf8"))
  .join("\n");

describe("the clock of work", () => {
  it("counts while somebody is there and has done something within a minute", () => {
    let clock = withInput(startedClock(0, true), 10_000);
    clock = withInput(clock, 30_000);
    assert.equal(taken(clock, 40_000).ms, 40_000);
    assert.equal(taken(clock, 30_000 + idleAfterMs + 500_000).ms, 30_000 + idleAfterMs);
  });

  it("stops when the page is left, begins when it is come back to, and gives each moment once", () => {
    let clock = withPresence(startedClock(0, true), 5_000, false);
    clock = withPresence(clock, 100_000, true);
    const first = taken(clock, 103_000);
    assert.equal(first.ms, 8_000);
    assert.equal(taken(first.clock, 104_000).ms, 1_000);
    assert.equal(taken(startedClock(0, false), 50_000).ms, 0);
  });

  it("never counts more than has passed, nor more than a minute for each sign of somebody", () => {
    const event = fc.record({
      wait: fc.nat(200_000),
      type: fc.constantFrom("input", "there", "away", "take"),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        let [clock, now, counted, signs] = [startedClock(0, true), 0, 0, 1];
        for (const { wait, type } of events) {
          now += wait;
          if (type === "take") {
            const part = taken(clock, now);
            counted += part.ms;
            clock = part.clock;
          } else
            clock = type === "input" ? withInput(clock, now) : withPresence(clock, now, type === "there");
          if (type !== "take") signs++;
        }
        counted += taken(clock, now).ms;
        assert.ok(counted >= 0 && counted <= now && counted <= signs * idleAfterMs);
      }),
    );
  });
});

describe("the words of responses", () => {
  it("shows control characters as signs and leaves languages and emoji alone", () => {
    assert.equal(visible("a\u0000b\u0007\u001b[1m\u007f\u0085\r\nc\td\re"), "a␀b␇␛[1m␡[U+0085]\nc\td␍e");
    assert.equal(visible("\u202eevil\u202c \u2066x\u2069"), "[U+202E]evil[U+202C] [U+2066]x[U+2069]");
    for (const text of ["👩‍👩‍👧‍👦 한국어 e\u0301 مرحبا\u200f\n\tx", "", "a\r\nb"])
      assert.equal(hasHidden(text), false);
    assert.equal(hasHidden("\u001b"), true);
  });

  it("compares word by word", () => {
    assert.deepEqual(compareWords("the big ship", "the red ship, there"), [
      { text: "the ", change: "kept" },
      { text: "big ", change: "removed" },
      { text: "red ", change: "added" },
      { text: "ship", change: "kept" },
      { text: ", there", change: "added" },
    ]);
    assert.deepEqual(compareWords("안녕 세계", "안녕  세상"), [
      { text: "안녕  ", change: "kept" },
      { text: "세계", change: "removed" },
      { text: "세상", change: "added" },
    ]);
  });

  it("what is kept and added is the new text to the letter, and of the old one no word is lost", () => {
    const word = fc.constantFrom("a", "b", "c", " ", "\n", ".", "한", "é", "👍");
    const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(""));
    const bare = (joined: string): string => joined.replace(/\s/g, "");
    fc.assert(
      fc.property(text, text, (from, to) => {
        const changes = compareWords(from, to);
        assert.ok(changes);
        const side = (other: string): string =>
          changes
            .filter(({ change }) => change !== other)
            .map((change) => change.text)
            .join("");
        assert.equal(side("removed"), to);
        assert.equal(bare(side("added")), bare(from));
      }),
    );
  });

  it("the beginning of a text keeps its marks and cuts no character in two", () => {
    const parts = [
      { text: "ab", change: "kept" },
      { text: "c👍d", change: "added" },
    ] as const;
    assert.equal(beginningOf(parts, 6), parts);
    assert.deepEqual(beginningOf(parts, 4), [parts[0], { text: "c", change: "added" }]);
    assert.deepEqual(beginningOf(parts, 5), [parts[0], { text: "c👍", change: "added" }]);
  });

  it("gives up on long texts that have little in common", () => {
    const many = (word: string): string => Array.from({ length: 20_000 }, (_, i) => `${word}${i}`).join(" ");
    assert.equal(compareWords(many("a"), many("b")), null);
    assert.ok(compareWords(many("a"), `${many("a")} end`));
  });
});

describe("the keys and texts of the ranking page", () => {
  it("letters stand for places", () => {
    assert.deepEqual([letterOf(0), letterOf(8), indexOfLetter("b"), indexOfLetter("I")], ["A", "I", 1, 8]);
    assert.ok(["", "1", "ab", "é"].every((letter) => indexOfLetter(letter) < 0));
  });

  it("what stands on controls is what the manifest binds", () => {
    const manifest: unknown = JSON.parse(readFileSync(join(process.cwd(), "package.json"), "utf8"));
    const contributes = isObject(manifest) && isObject(manifest.contributes) ? manifest.contributes : {};
    const bindings = (
      Array.isArray(contributes.keybindings) ? (contributes.keybindings as unknown[]) : []
    ).filter(isObject);
    const commandOf: Readonly<Record<string, string>> = {
      ...{
        up: "moveUp",
        down: "moveDown",
        next: "nextItem",
        previous: "previousItem",
        nextOpen: "nextOpenItem",
      },
    };
    const keysOf = (command: string): string[] =>
      bindings
        .filter((each) => each.command === `rlhf.ranking.${commandOf[command] ?? command}`)
        .map(({ key }) => String(key));
    const spelled: Readonly<Record<string, string>> = {
      ...{ "?": "shift+/", Enter: "enter", Esc: "escape", "Alt+↑": "alt+up", "Alt+↓": "alt+down" },
      ...{ "Alt+←": "alt+left", "Alt+→": "alt+right" },
    };
    for (const [command, shown] of Object.entries(shownKeys)) {
      const [first, last] = shown.replace("Shift+", "").split("–");
      const range = last === undefined ? null : [first.toLowerCase(), last.toLowerCase()];
      const expected = range ?? [spelled[shown] ?? shown.toLowerCase()];
      const bound = keysOf(command).map((key) => (range === null ? key : key.replace("shift+", "")));
      for (const key of expected)
        assert.ok(bound.includes(key), `${command}: ${key} is not among ${bound.join()}`);
    }
  });

  it("keys have the names that stand on the keyboard", () => {
    assert.deepEqual(
      ["Ctrl+S", "Alt+→", "Shift+1–7", "Ctrl+Y", "M"].map((key) => keyName(key, true)),
      ["⌘S", "⌥→", "⇧1–7", "⇧⌘Z", "M"],
    );
    assert.equal(keyName("Ctrl+Y", false), "Ctrl+Y");
  });

  it("every text is used, and the list of keys names each of its texts once", () => {
    const named = (key: string): boolean => sources.includes(`texts.${key}`) || sources.includes(`"${key}"`);
    assert.deepEqual(
      rankingTextKeys.filter((key) => !named(key)),
      [],
    );
    const listed = keyList.map(([, text]) => text);
    assert.deepEqual([...listed].sort(), rankingTextKeys.filter((key) => /^key[A-Z]/.test(key)).sort());
  });
});
