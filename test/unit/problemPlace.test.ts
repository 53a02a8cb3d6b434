import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseRecords } from "../../extension/data/parseRecords";
import { fileSentence, placedSentence, problemPlace } from "../../extension/host/problemPlace";
import { parseJson } from "../../extension/protocol/codec";
import { Problem } from "../../extension/protocol/problem";

interface Matcher {
  readonly name: string;
  readonly pattern: readonly { readonly regexp: string }[];
}

describe("problemPlace", () => {
  it("package.json has the same patterns as the problem matchers of tasks", () => {
    const manifest = JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8")) as {
      contributes: { problemMatchers: readonly Matcher[] };
    };
    const patterns = manifest.contributes.problemMatchers.map(({ name, pattern }) => [
      name,
      pattern[0].regexp,
    ]);
    assert.deepEqual(patterns, [
      ["rlhf", placedSentence.source],
      ["rlhf-file", fileSentence.source],
    ]);
  });

  it("finds file, line and column in what the parsers say", () => {
    const text = '{"id": "a", "text": "hi"}\n{"id": 3}\n{bad\n{"id": "a", "text": "x"}\n';
    const places = parseRecords("prompts", text, "data/my prompts.jsonl").problems.map(({ message }) =>
      problemPlace(message),
    );
    const file = "data/my prompts.jsonl";
    assert.deepEqual(places, [
      { file, line: 2, column: null, message: '"id" must be text that is not empty, but is 3.' },
      { file, line: 3, column: 2, message: 'Not valid JSON: unexpected "b".' },
      { file, line: 4, column: null, message: "the id already stands in line 1; give each record its own." },
    ]);
    const config = parseJson('{\n  "a": 1,\n}', "C:\\p\\rlhf.json");
    assert.ok(config instanceof Problem);
    assert.deepEqual(problemPlace(config.message), {
      file: "C:\\p\\rlhf.json",
      line: 3,
      column: 1,
      message: 'Not valid JSON: unexpected "}".',
    });
  });

  it("takes the whole file where there is no line, and nothing where there is no file", () => {
    const cases: readonly (readonly [string, string | null, string?])[] = [
      ["/p/rlhf.json: ppo.minibatch is 48.", "/p/rlhf.json", "ppo.minibatch is 48."],
      [
        "/p/rlhf.json is not valid JSON at column 1: the text ends too early.",
        "/p/rlhf.json",
        "Not valid JSON: the text ends too early.",
      ],
      [
        '/p/labels/b.me.ranking.json: "labeler" must be …',
        "/p/labels/b.me.ranking.json",
        '"labeler" must be …',
      ],
      ["data.prompts: /p/data/x.jsonl is missing.", null],
      ["There is no initial model for the stage sft yet: train one with rlhf pretrain.", null],
      ["sft: validation loss 5.61 → 5.59 nats/token · 1.0 s · runs/sft-20260131T120000Z-1a2b", null],
    ];
    for (const [sentence, file, message] of cases) {
      const place = problemPlace(sentence);
      assert.equal(place?.file ?? null, file, sentence);
      if (message !== undefined) assert.deepEqual([place?.line, place?.message], [null, message]);
    }
  });

  it("lines in the message are no places of the file", () => {
    const place = problemPlace('a.jsonl, line 2: "b.json, line 9: x" must be text');
    assert.deepEqual([place?.file, place?.line], ["a.jsonl", 2]);
  });
});
