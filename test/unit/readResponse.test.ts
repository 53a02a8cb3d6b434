import assert from "node:assert/strict";
import { overlap } from "../../extension/world/overlap";
import { readResponse } from "../../extension/world/readResponse";
import { expectClose } from "../support/expectClose";

const claimsOf = (text: string, subject: string | null = null): string[] =>
  readResponse(text, subject).claims.map(({ thing, attribute, value }) => `${thing} ${attribute} ${value}`);

describe("readResponse()", () => {
  it("parts opening, core and address", () => {
    const reading = readResponse("Sure , the fox is red , friend .", null);
    assert.deepEqual(reading.core, ["the", "fox", "is", "red"]);
    assert.equal(reading.address, "friend");
    assert.deepEqual(reading.polite, ["sure"]);
    assert.equal(reading.ended, true);
    assert.equal(reading.covered, 4);
    const bare = readResponse("my old friend", null);
    assert.deepEqual([bare.core.length, bare.address, bare.ended], [3, null, false]);
  });

  it("reads statements in all their forms", () => {
    assert.deepEqual(claimsOf("the fox is a big red beast and lives in the wood and goes hum today ."), [
      "fox size big",
      "fox colour red",
      "fox kind beast",
      "fox home wood",
      "fox sound hum",
    ]);
    assert.deepEqual(claimsOf("the home of the pie is the barn . it tastes sweet and is found in the sea"), [
      "pie home barn",
      "pie taste sweet",
      "pie home sea",
    ]);
    assert.deepEqual(claimsOf("it is red , the owl is black and it is tiny", "fox"), [
      "fox colour red",
      "owl colour black",
      "owl size tiny",
    ]);
    assert.deepEqual(claimsOf("it is red"), []);
    assert.deepEqual(claimsOf("red fox the is blue the home of is wood"), []);
  });

  it("reads denials and deeds", () => {
    const { claims, denials } = readResponse("sorry , the fox is red , not blue .", null);
    assert.deepEqual(
      [claims.length, claims[0].value, denials.length, denials[0].value],
      [1, "red", 1, "blue"],
    );
    assert.deepEqual(readResponse("it is not blue .", "fox").claims, []);
    assert.deepEqual(readResponse("one day the fox met the owl in the wood .", null).deeds, [
      { doer: "fox", receiver: "owl", place: "wood" },
    ]);
    assert.deepEqual(readResponse("the fox met it", "owl").deeds, [
      { doer: "fox", receiver: "owl", place: null },
    ]);
    assert.equal(readResponse("the fox met the", null).deeds.length, 0);
  });

  it("knows ignorance, refusal and rudeness", () => {
    assert.equal(readResponse("sorry , i do not know that .", null).doesNotKnow, true);
    assert.equal(readResponse("i can not help with that", null).declines, true);
    assert.equal(readResponse("i will help", null).declines, false);
    assert.deepEqual(readResponse("ugh , you fool", null).rude, ["ugh", "fool"]);
  });
});

describe("overlap()", () => {
  it("gives its example, 1 for equals and 0 for nothing in common", () => {
    expectClose(overlap("the fox is red".split(" "), "the red fox".split(" ")), 4 / 7);
    assert.equal(overlap(["a", "b"], ["a", "b"]), 1);
    assert.equal(overlap(["a"], ["b"]), 0);
    assert.equal(overlap([], ["b"]), 0);
    expectClose(overlap(["a", "b"], ["b", "a"]), 0.5); // order counts: one of two
  });
});
