import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import { runCli } from "../support/runCli";
import { skipBecause } from "../support/skip";
import { saveTinyModel } from "../support/tinyModel";

interface Case {
  readonly name: string;
  readonly prepare: (project: string) => void;
  readonly words: readonly string[];
  /** The whole of standard error, apart from what stands before it on its line. */
  readonly sentence: RegExp;
}

const put =
  (name: string, content: string | Uint8Array) =>
  (project: string): void => {
    mkdirSync(join(project, name, ".."), { recursive: true });
    writeFileSync(join(project, name), content);
  };
const config = (json: object): ((project: string) => void) => put("rlhf.json", JSON.stringify(json));
const nothing = (): void => undefined;

/** A model whose weights file was changed by someone who did not know of its sums. */
const damagedModel =
  (change: (bytes: Buffer) => Uint8Array) =>
  (project: string): void => {
    const folder = saveTinyModel(project, "base");
    rmSync(join(folder, "sha256"));
    const file = join(folder, "model.safetensors");
    writeFileSync(file, change(readFileSync(file)));
  };

/** The header of a safetensors file with one text in it replaced by another of the same length. */
const headerWith =
  (from: RegExp, to: (found: string) => string) =>
  (bytes: Buffer): Uint8Array => {
    const end = 8 + Number(bytes.readBigUInt64LE(0));
    const header = bytes.subarray(8, end).toString("latin1");
    const changed = header.replace(from, to);
    assert.ok(changed !== header && changed.length === header.length, "the test must change the header");
    return Buffer.concat([bytes.subarray(0, 8), Buffer.from(changed, "latin1"), bytes.subarray(end)]);
  };

const response = (id: string) => ({ id, text: "a" });
const comparison = (count: number): string =>
  `${JSON.stringify({
    id: "1",
    prompt: "p",
    axis: "overall",
    responses: Array.from({ length: count }, (_, i) => response(`r${i}`)),
    tiers: [Array.from({ length: count }, (_, i) => i)],
  })}\n`;

const generate = ["generate", "models/base", "--prompt", "the cat"];
const cases: readonly Case[] = [
  {
    name: "rlhf.json that is no JSON: line and column",
    prepare: put("rlhf.json", '{\n  "formatVersion": 1,\n  "seed": 3,\n}\n'),
    words: ["check"],
    sentence: /rlhf\.json is not valid JSON at line 4, column 1: unexpected "}"\.$/,
  },
  {
    name: "rlhf.json of a newer format",
    prepare: config({ formatVersion: 2 }),
    words: ["check"],
    sentence:
      /rlhf\.json: The config has format version 2, and this version of the product knows 1 at most: update it\.$/,
  },
  {
    name: "an unknown key of rlhf.json: the nearest one",
    prepare: config({ ppo: { klCof: 1 } }),
    words: ["check"],
    sentence: /rlhf\.json: ppo\.klCof is not a setting; the nearest is ppo\.klCoef\.$/,
  },
  {
    name: "a wrong type in rlhf.json: the field and what it takes",
    prepare: config({ ppo: { klCoef: "much" } }),
    words: ["check"],
    sentence: /rlhf\.json: ppo\.klCoef must be a number from 0 to 1000, but is "much"\.$/,
  },
  {
    name: "K of labeling outside its range, on the command line",
    prepare: nothing,
    words: ["check", "--set", "labeling.k=10"],
    sentence: /^--set: labeling\.k must be a whole number from 4 to 9, but is 10\.$/,
  },
  {
    name: "settings that contradict each other",
    prepare: config({ ppo: { episodes: 10 } }),
    words: ["check"],
    sentence:
      /rlhf\.json: ppo\.minibatch is 32, which does not divide ppo\.episodes, 10; choose 10, for example\.$/,
  },
  {
    name: "an empty rlhf.json",
    prepare: put("rlhf.json", ""),
    words: ["check"],
    sentence: /rlhf\.json is not valid JSON at column 1: the text ends too early\.$/,
  },
  {
    name: "malformed JSON lines: line and column",
    prepare: put("data/prompts.jsonl", '{"id":"1","text":"a"}\n{"id":"2" "text":"b"}\n'),
    words: ["check"],
    sentence: /^data\/prompts\.jsonl, line 2 is not valid JSON at column 11: unexpected text\.$/,
  },
  {
    name: "a record of a wrong type: line and field",
    prepare: put("data/demonstrations.jsonl", '{"id":"1","prompt":["a"],"response":"b"}\n'),
    words: ["check"],
    sentence:
      /^data\/demonstrations\.jsonl, line 1: "prompt" must be text that is not empty, but is a list\.$/,
  },
  {
    name: "an empty data file",
    prepare: put("data/prompts.jsonl", ""),
    words: ["check"],
    sentence: /^data\/prompts\.jsonl is empty: it should hold prompts\.$/,
  },
  ...[1, 10].map((count) => ({
    name: `a comparison of ${count} responses`,
    prepare: (project: string) => {
      put("data/comparisons.jsonl", comparison(count))(project);
      config({ data: { comparisons: ["data/comparisons.jsonl"] } })(project);
    },
    words: ["check"],
    sentence: new RegExp(
      `^data/comparisons\\.jsonl, line 1: "responses" must hold 2 to 9 responses, but holds ${count}\\.$`,
    ),
  })),
  {
    name: "an empty file to import",
    prepare: put("빈 파일.jsonl", ""),
    words: ["import", "빈 파일.jsonl"],
    sentence: /^빈 파일\.jsonl is empty\.$/,
  },
  {
    name: "a file to import in no known format",
    prepare: put("odd.jsonl", '{"colour":"red"}\n'),
    words: ["import", "odd.jsonl"],
    sentence: /^odd\.jsonl is in no format known here, its rows have the fields colour: rename them to /,
  },
  {
    name: "a file to import that is not there",
    prepare: nothing,
    words: ["import", "none.csv"],
    sentence: /^none\.csv is missing\.$/,
  },
  {
    name: "a folder to import",
    prepare: (project) => mkdirSync(join(project, "folder")),
    words: ["import", "folder"],
    sentence: /^folder is a folder, and a file was expected\.$/,
  },
  {
    name: "a ranking file of a newer format",
    prepare: (project) => {
      const item = { id: "i", prompt: "p", responses: [response("r1"), response("r2")], createdAt: "" };
      put("labels/b.items.jsonl", `${JSON.stringify(item)}\n`)(project);
      put("labels/b.mina.ranking.json", '{"formatVersion": 9}')(project);
    },
    words: ["check"],
    sentence: /b\.mina\.ranking\.json has format 9, newer than 1, .*: update it\.$/,
  },
  {
    name: "a prompt longer than the context",
    prepare: (project) => void saveTinyModel(project, "base"),
    words: ["generate", "models/base", "--prompt", "zq".repeat(60)],
    sentence:
      /^The prompt prompt-1 has a prompt of 121 tokens, which leaves no room for a response in a context of 64 \(models\/base\): shorten it\.$/,
  },
  {
    name: "a tokenizer that does not fit the model",
    prepare: (project) => {
      const folder = saveTinyModel(project, "base");
      rmSync(join(folder, "sha256"));
      const file = join(folder, "config.json");
      // The model says it has one token more, and its embedding has one row more.
      const json = JSON.parse(readFileSync(file, "utf8")) as { vocab_size: number };
      const wider = json.vocab_size + 1;
      writeFileSync(file, JSON.stringify({ ...json, vocab_size: wider }));
      const other = saveTinyModel(project, "wider", "output", (weights) => {
        weights["wte.weight"] = { shape: [wider, 16], data: new Float32Array(wider * 16) };
      });
      writeFileSync(join(folder, "model.safetensors"), readFileSync(join(other, "model.safetensors")));
    },
    words: generate,
    sentence:
      /tokenizer\.json has 275 tokens, and the model beside it has a vocabulary of 276: put back the tokenizer that the model was trained with\.$/,
  },
  {
    name: "a weight that is not a number",
    prepare: (project) =>
      void saveTinyModel(project, "base", "output", (weights) => (weights["ln_f.bias"].data[3] = NaN)),
    words: generate,
    sentence:
      /model\.safetensors: the tensor "ln_f\.bias" has NaN as its value 3; every weight must be a finite number/,
  },
  {
    name: "truncated safetensors",
    prepare: damagedModel((bytes) => bytes.subarray(0, bytes.length - 100)),
    words: generate,
    sentence: /model\.safetensors.* is not a whole safetensors file: /,
  },
  {
    name: "safetensors cut off in its header",
    prepare: damagedModel((bytes) => bytes.subarray(0, 40)),
    words: generate,
    sentence: /model\.safetensors.* is not a whole safetensors file: /,
  },
  {
    name: "a header that lies about offsets",
    prepare: damagedModel(headerWith(/"data_offsets":\[\d+,(\d)/, (found) => found.replace(/\d$/, "9"))),
    words: generate,
    sentence: /model\.safetensors.* is not a whole safetensors file: /,
  },
  {
    name: "a model that was altered behind its sums",
    prepare: (project) => {
      const file = join(saveTinyModel(project, "base"), "model.safetensors");
      const bytes = readFileSync(file);
      bytes[bytes.length - 1] ^= 1;
      writeFileSync(file, bytes);
    },
    words: generate,
    sentence: /model\.safetensors was altered or is damaged \(its SHA-256 differs\)\.$/,
  },
  {
    name: "a model folder without its config",
    prepare: (project) => {
      const folder = saveTinyModel(project, "base");
      for (const name of ["config.json", "sha256"]) rmSync(join(folder, name));
    },
    words: generate,
    sentence: /config\.json is missing\.$/,
  },
  {
    name: "a file where a folder must be",
    prepare: (project) => {
      put("data", "")(project);
      put("pairs.jsonl", '{"prompt":"p","chosen":"a","rejected":"b"}\n')(project);
    },
    words: ["import", "pairs.jsonl"],
    sentence: /^Cannot write .*data/,
  },
];

/** Every file below a folder with its content. */
function snapshot(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, "base64")]),
  );
}

describe("rlhf on bad input: one sentence, exit 1, nothing half-written", function () {
  this.timeout(60_000);
  let project: string;
  beforeEach(() => (project = temporaryProject()));
  afterEach(() => removeProject(project));

  for (const { name, prepare, words, sentence } of cases)
    it(name, async () => {
      prepare(project);
      const before = snapshot(project);
      const failed = await runCli(words, { cwd: project });
      assert.equal(failed.code, 1, failed.out + failed.err);
      const lines = failed.err.trimEnd().split("\n");
      assert.equal(lines.length, 1, failed.err);
      assert.match(lines[0], sentence);
      assert.doesNotMatch(failed.err, /inside RLHF Workbench|\n\s+at /);
      assert.deepEqual(snapshot(project), before);
    });

  it("no permission to write", async function () {
    if (process.getuid?.() === 0) skipBecause(this, "root may write everywhere");
    if (process.platform === "win32") skipBecause(this, "Windows has no such permission of a folder");
    put("pairs.jsonl", '{"prompt":"p","chosen":"a","rejected":"b"}\n')(project);
    chmodSync(project, 0o555);
    try {
      for (const words of [["import", "pairs.jsonl"], ["new", join(project, "inner")], ["doctor"]]) {
        const failed = await runCli(words, { cwd: project });
        assert.equal(failed.code, 1, words[0]);
        if (words[0] !== "doctor") assert.match(failed.err, /there is no permission to write there/);
        else assert.match(failed.out, /cannot be written \(EACCES\)/);
      }
      assert.ok(!existsSync(join(project, "data")) && !existsSync(join(project, "inner")));
    } finally {
      chmodSync(project, 0o755);
    }
  });
});
