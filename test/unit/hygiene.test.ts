import assert from "node:assert/strict";
import { createRng } from "../../extension/algorithms/rng";
import { cleanPrompts, maskPersonalData } from "../../extension/data/hygiene";

const rules = { duplicatePrefix: 40, maxPromptsPerUser: 200 };
const alphabet = [..."abcdefghijklmnopqrstuvwxyz      "];

describe("cleanPrompts()", () => {
  it("loses exactly the 300 near-duplicates planted among 1,000 prompts", () => {
    const rng = createRng(3);
    const letters = (count: number): string =>
      Array.from({ length: count }, () => alphabet[rng.integer(alphabet.length)]).join("");
    const originals = Array.from({ length: 700 }, (_, i) => ({
      id: `o${i}`,
      text: `q${letters(45 + (i % 90))}`,
    }));
    const planted = Array.from({ length: 300 }, (_, i) => ({
      id: `d${i}`,
      text: originals[rng.integer(700)].text.slice(0, 40 + rng.integer(5)) + letters(rng.integer(30)),
    }));
    // Each planted one comes after all originals, but mixed among others of its kind.
    const { kept, dropped } = cleanPrompts([...rng.shuffle(originals), ...rng.shuffle(planted)], rules);
    assert.deepEqual(kept.map(({ id }) => id).sort(), originals.map(({ id }) => id).sort());
    assert.deepEqual(dropped, { tooLong: 0, duplicates: 300, perUser: 0 });
  });

  it("keeps prompts that share less than the prefix, and short ones that differ", () => {
    const texts = ["abcd1", "abce", "abcd2", "abc", "ab", " abc", "😀😀😀x1", "😀😀😀y1", "😀😀😀x2"];
    const { kept } = cleanPrompts(
      texts.map((text) => ({ text })),
      { ...rules, duplicatePrefix: 4 },
    );
    assert.deepEqual(
      kept.map(({ text }) => text),
      ["abcd1", "abce", "abc", "ab", "😀😀😀x1", "😀😀😀y1"],
    );
  });

  it("keeps the first 200 prompts of a user, and all where nobody is known", () => {
    const prompts = Array.from({ length: 750 }, (_, i) => ({
      text: `prompt ${i}`,
      ...(i % 3 === 0 ? { user: "heavy" } : i % 3 === 1 ? { user: `user ${i}` } : {}),
    }));
    const { kept, dropped } = cleanPrompts(prompts, rules);
    assert.deepEqual(dropped, { tooLong: 0, duplicates: 0, perUser: 50 });
    const heavy = kept.filter(({ user }) => user === "heavy");
    assert.deepEqual([heavy.length, heavy[199].text], [200, "prompt 597"]);
    assert.equal(kept.length, 700);
  });

  it("leaves out what is too long first, so that it hides no duplicate that fits", () => {
    const start = "the same beginning of forty characters x ";
    const { kept, dropped } = cleanPrompts([{ text: `${start}and so on` }, { text: start }], {
      ...rules,
      isTooLong: (text) => text.length > 45,
    });
    assert.deepEqual(kept, [{ text: start }]);
    assert.deepEqual(dropped, { tooLong: 1, duplicates: 0, perUser: 0 });
  });

  it("cleans 100,000 prompts in under two seconds", () => {
    const prompts = Array.from({ length: 100_000 }, (_, i) => ({
      text: `${i % 60_000} ${"a long common middle part ".repeat(8)}${i}`,
    }));
    const started = performance.now();
    assert.equal(cleanPrompts(prompts, rules).kept.length, 60_000);
    assert.ok(performance.now() - started < 2000);
  });
});

describe("maskPersonalData()", () => {
  const masked: readonly [text: string, expected: string][] = [
    ["mail ann@example.org or call +44 20 7946 0958", "mail [email] or call [phone]"],
    ["Write to ann.b+c@mail.example.co.uk.", "Write to [email]."],
    ["<müller@beispiel.de>, please", "<[email]>, please"],
    ["(555) 234-5678 or 555-234-5678, 1-800-234-5678, 800.234.5678", "[phone] or [phone], [phone], [phone]"],
    ["010-1234-5678, 020 7946 0958, 06 12 34 56 78", "[phone], [phone], [phone]"],
    ["My phone number is 5552345678. Tel: 555-1234", "My phone number is [phone]. Tel: [phone]"],
    ["+1 (212) 555-0123 and +821012345678", "[phone] and [phone]"],
    ["4111 1111 1111 1111, 5555-5555-5555-4444, 378282246310005", "[card], [card], [card]"],
    ["from 192.168.1.10 to 8.8.8.8.", "from [ip] to [ip]."],
    ["2001:db8::ff00:42:8329, 2001:0db8:85a3:0000:0000:8a2e:0370:7334", "[ip], [ip]"],
    ["https://ann:secret@example.org/x. ", "[link]. "],
    ["(see https://twitter.com/ann, github.com/ann/repo)", "(see [link], [link])"],
    [
      "https://example.org/~ann https://example.org/users/ann https://example.org/?user=ann&x=1",
      "[link] [link] [link]",
    ],
  ];
  it("masks addresses, numbers of phones and cards, and links with users", () => {
    for (const [text, expected] of masked) assert.equal(maskPersonalData(text), expected);
  });

  it("masks once what it masks twice", () => {
    for (const [, expected] of masked) assert.equal(maskPersonalData(expected), expected);
  });

  it("leaves the numbers of ordinary text alone", () => {
    const ordinary = [
      "From 1999 to 2023 the town grew by 3,000,000 people, or 12.5 %, in 8,760 hours.",
      "Due on 2023-01-15, 01/02/2023, 01-02-2023 or 15.01.2023 at 12:30:45.",
      "Add 100-200-3000, 123 456 789 and 1 000 000 000; 3.14159265358979 is enough.",
      "ISBN 978-0-306-40615-7, version 1.2.3.4, localhost 127.0.0.1:8080, paragraph 12.300.4.1, mask 255.255.255.0.",
      "4111111111111112 and 1234567890123456 are no cards; 1234567890 has ten digits.",
      "std::vector<int> a::b x@y 5 @ 3 f(+1) 0.5e-3 @home #12345 1+1=2",
      "https://example.org/a/b?page=2 netflix.com/title and https://en.wikipedia.org/wiki/Phone",
      "Call 911 or phone 12 people in room 345 678.",
    ];
    for (const text of ordinary) assert.equal(maskPersonalData(text), text);
  });

  it("takes time that grows with the length alone, on text made to be hard", () => {
    const hard = ["a".repeat(100_000), "1 ".repeat(50_000), `${"a.".repeat(50_000)}@`, "1:".repeat(50_000)];
    const started = performance.now();
    for (const text of [...hard, `https://${"x/".repeat(50_000)}`]) maskPersonalData(text);
    assert.ok(performance.now() - started < 1000);
  });
});
