import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { good, removeProject, temporaryProject } from "../support/fakeRuns";
import { jsonLines, runCli, type CliRun } from "../support/runCli";
import { saveTinyModel } from "../support/tinyModel";

interface Generated {
  readonly prompts: readonly {
    readonly id: string;
    readonly responses: readonly { text: string; tokens: number[]; endReached: boolean }[];
  }[];
}

describe("rlhf generate, score, simulate-labels, export", function () {
  this.timeout(60_000);
  let project: string;
  const cli = (...words: string[]): Promise<CliRun> => runCli(words, { cwd: project });
  const result = (run: CliRun): Readonly<Record<string, unknown>> => {
    assert.equal(run.code, 0, run.err + run.out);
    return jsonLines(run).at(-1) ?? {};
  };
  before(() => {
    project = temporaryProject();
    saveTinyModel(project, "base");
    saveTinyModel(project, "rm", "linear");
  });
  after(() => removeProject(project));

  it("generate answers each prompt K times; the same seed the same, and what else is asked changes nothing", async () => {
    const [greeting, cat] = ['{"id":"b","text":"안녕"}\n', '{"id":"a","text":"the cat"}\n'];
    writeFileSync(join(project, "both.jsonl"), greeting + cat);
    writeFileSync(join(project, "one.jsonl"), cat);
    const ask = async (file: string, seed: string): Promise<Generated> => {
      const words = ["generate", "models/base", "-k", "3", "--max-tokens", "5", "--json"];
      return result(await cli(...words, "--prompts", file, "--seed", seed)) as unknown as Generated;
    };
    const both = await ask("both.jsonl", "4");
    const again = await ask("one.jsonl", "4");
    const other = await ask("one.jsonl", "5");
    assert.equal(both.prompts.length, 2);
    for (const { responses } of both.prompts) {
      assert.equal(responses.length, 3);
      for (const { tokens, endReached } of responses)
        assert.ok(tokens.length === 5 || (endReached && tokens.length < 5));
    }
    assert.deepEqual(again.prompts[0], both.prompts[1]);
    assert.notDeepEqual(other.prompts[0], again.prompts[0]);
    const { responses } = both.prompts[0];
    assert.notDeepEqual(responses[0].tokens, responses[1].tokens);
  });

  it("generate reads prompts from a file of lines or of JSON lines", async () => {
    writeFileSync(join(project, "asked.txt"), "the cat\r\n\r\nthe dog\r\n");
    writeFileSync(join(project, "asked.jsonl"), '{"id":"a","text":"the cat"}\n');
    for (const [file, ids] of [
      ["asked.txt", ["line-1", "line-3"]],
      ["asked.jsonl", ["a"]],
    ] as const) {
      const words = ["generate", "models/base", "--prompts", file, "--max-tokens", "2", "--json"];
      const { prompts } = result(await cli(...words)) as unknown as Generated;
      assert.deepEqual(
        prompts.map(({ id }) => id),
        ids,
      );
    }
  });

  it("Ctrl-C while a batch is sampled ends with 3, says how to go on, and writes nothing", async () => {
    writeFileSync(join(project, "many.txt"), "the cat\n".repeat(2000));
    let asked = false;
    const words = ["generate", "models/base", "--batch", "long", "--prompts", "many.txt", "--json"];
    const stopped = await runCli([...words, "--set", "labeling.maxResponseTokens=40", "--max-tokens", "40"], {
      cwd: project,
      onOutput: (_, kill) => {
        if (!asked) kill("SIGINT");
        asked = true;
      },
    });
    assert.equal(stopped.code, 3, stopped.err);
    const last = jsonLines(stopped).at(-1);
    assert.deepEqual([last?.type, last?.problem], ["error", "interrupted"]);
    assert.ok(!existsSync(join(project, "labels/long.items.jsonl")));
  });

  it("score scores responses, and a file of comparisons with its accuracy", async () => {
    const scored = result(
      await cli("score", "models/rm", "--prompt", "the cat", "--response", "sat", "on", "sat", "--json"),
    );
    const scores = (scored.scores as { score: number }[]).map(({ score }) => score);
    assert.equal(scores.length, 3);
    assert.equal(scores[0], scores[2]);
    assert.notEqual(scores[0], scores[1]);
    // Two comparisons of the same two responses, ranked in opposite ways: half of them must be right.
    const line = (id: string, tiers: number[][]): string =>
      `${JSON.stringify({
        id,
        prompt: "the cat",
        axis: "overall",
        responses: [
          { id: "x", text: "sat" },
          { id: "y", text: "on" },
        ],
        tiers,
      })}\n`;
    writeFileSync(join(project, "pairs.jsonl"), line("1", [[0], [1]]) + line("2", [[1], [0]]));
    const measured = result(await cli("score", "models/rm", "--file", "pairs.jsonl", "--json"));
    assert.equal(measured.accuracy, 0.5);
    assert.deepEqual(
      (measured.comparisons as { scores: number[] }[]).map((each) => each.scores),
      [scores.slice(0, 2), scores.slice(0, 2)],
    );
  });

  it("a batch of answers is written once, ranked by simulated labelers, and counts in check", async () => {
    const world = join(project, "world");
    result(await cli("new", world, "--template", "tiny-world", "--json"));
    saveTinyModel(world, "base");
    const made = ["generate", "models/base", "--batch", "first", "--max-tokens", "6", "--json"];
    const words = ["--project", world, "--set", "labeling.promptsPerRound=12"];
    assert.equal(result(await cli(...made, ...words)).items, 12);
    const file = join(world, "labels/first.items.jsonl");
    const items = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; responses: { id: string; checkpointHash: string }[] });
    const sum = createHash("sha256").update(readFileSync(join(world, "models/base/model.safetensors")));
    assert.equal(items[0].responses[3].checkpointHash, sum.digest("hex"));
    const again = await cli(...made, ...words);
    assert.equal(again.code, 1);
    assert.match(String(jsonLines(again)[0].message), /is there already, and a batch never changes/);
    const labelled = result(
      await cli("simulate-labels", "--batch", "first", "--overlap", "0.5", "--json", "--project", world),
    );
    const files = readdirSync(join(world, "labels")).filter((name) => name.endsWith(".ranking.json"));
    assert.ok(files.length > 1 && files.every((name) => name.startsWith("first.simulated-training-")));
    assert.ok(Number(labelled.judgements) >= 12 && Number(labelled.judgements) <= 24);
    const agreed = result(await cli("agreement", "--batch", "first", "--json", "--project", world));
    const [overall] = agreed.axes as { axis: string; all: { rate: number; pairs: number } }[];
    assert.equal(overall.axis, "overall");
    assert.ok(overall.all.pairs > 0 && overall.all.rate >= 0 && overall.all.rate <= 1);
    const told = await cli("agreement", "--project", world);
    assert.match(told.out, /^all labelers +\d+\.\d %.*\npaper: training labelers +72\.6 %/m);
    const checked = result(await cli("check", "--json", "--project", world));
    assert.deepEqual(checked.batches, [{ batch: "first", items: 12, ranked: 12, labelers: files.length }]);
    const lengths = checked.lengths as Record<string, { leftOut: number }>;
    assert.equal(Object.keys(lengths).join(), "prompts,demonstrations,comparisons");
  });

  it("export writes rankings as themselves, as pairs of TRL and HH-RLHF, and as CSV", async () => {
    const labels = join(project, "labels");
    mkdirSync(labels, { recursive: true });
    const responses = ["one", 'two, "2"', "three\n3"].map((text, i) => ({ id: `r${i + 1}`, text }));
    const item = { id: "i", prompt: "count", responses, createdAt: "2026-01-01T00:00:00Z" };
    writeFileSync(join(labels, "b.items.jsonl"), `${JSON.stringify(item)}\n`);
    const judgement = { status: "submitted", tiers: { overall: [["r2"], ["r1", "r3"]] } };
    const ranking = {
      formatVersion: 1,
      batch: "b",
      labeler: "mina",
      shuffleSeed: 1,
      judgements: { i: judgement },
    };
    writeFileSync(join(labels, "b.mina.ranking.json"), JSON.stringify(ranking));
    const exported = async (format: string): Promise<string> => {
      const to = join(project, `out ${format}`);
      result(await cli("export", "labels", "--format", format, "--to", to, "--json"));
      return readFileSync(to, "utf8");
    };
    assert.deepEqual(
      (await exported("trl"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .map(({ prompt, chosen, rejected, group, group_size }) => [
          prompt,
          chosen,
          rejected,
          group,
          group_size,
        ]),
      [
        ["count", 'two, "2"', "one", "b/i/mina/overall", 3],
        ["count", 'two, "2"', "three\n3", "b/i/mina/overall", 3],
      ],
    );
    const { chosen, rejected } = JSON.parse((await exported("hh")).split("\n")[0]) as Record<string, unknown>;
    assert.deepEqual(
      [chosen, rejected],
      ['\n\nHuman: count\n\nAssistant: two, "2"', "\n\nHuman: count\n\nAssistant: one"],
    );
    const [head, first, ...rest] = (await exported("csv")).split("\r\n");
    assert.match(head, /^prompt,chosen,rejected,group,group_size,axis,labeler,/);
    assert.match(first, /^count,"two, ""2""",one,b\/i\/mina\/overall,3,overall,mina,/);
    assert.match(
      rest.join("\r\n"),
      /^count,"two, ""2""","three\n3",b\/i\/mina\/overall,3,overall,mina,.*\r\n$/,
    );
    const own = JSON.parse(await exported("rlhf")) as { tiers: number[][]; labeler: string };
    assert.deepEqual([own.tiers, own.labeler], [[[1], [0, 2]], "mina"]);
    const again = await cli("export", "labels", "--to", join(project, "out csv"));
    assert.equal(again.code, 1);
    assert.match(again.err, /is there already and is not overwritten/);
  });

  it("export copies a model byte for byte, with sums, and overwrites nothing", async () => {
    const to = join(project, "밖으로", "model copy");
    result(await cli("export", "models/base", "--to", to, "--json"));
    const names = ["config.json", "model.safetensors", "sha256", "tokenizer.json"];
    assert.deepEqual(readdirSync(to).sort(), names);
    for (const name of names)
      assert.deepEqual(readFileSync(join(to, name)), readFileSync(join(project, "models/base", name)));
    const again = await cli("export", "models/base", "--to", to);
    assert.equal(again.code, 1);
    assert.match(again.err, /model copy is there already and is not overwritten/);
    assert.equal(
      result(await cli("generate", to, "--prompt", "the", "--max-tokens", "1", "--json")).model,
      to,
    );
  });

  it("names of models and batches that are not there are answered with those that are", async () => {
    const known: readonly [words: string[], sentence: RegExp][] = [
      [["generate", "base", "--prompt", "a"], /There is no model "base".*did you mean models\/base\?/],
      [["generate", "--prompt", "a"], /There is no SFT model yet: name a model, or train one with rlhf sft/],
      [["generate", "models/base"], /There is nothing to answer: give --prompt TEXT or --prompts FILE/],
      [
        ["generate", "models/rm", "--prompt", "a"],
        /models\/rm is a reward model, which scores and does not answer/,
      ],
      [["score", "models/base", "--prompt", "a", "--response", "b"], /is a language model, which answers/],
      [["generate", "models/base", "--batch", "../x", "--prompt", "a"], /"\.\.\/x" cannot be a batch's name/],
      [["simulate-labels", "--batch", "nothing"], /There is no batch "nothing" in labels\/: there are b\./],
      [["agreement", "--batch", "nothing"], /There is no batch "nothing" in labels\/: there are b\./],
      [["simulate-labels", "--batch", "b"], /The item i answers a prompt that is not of the tiny world/],
      [["export", "labels", "--axis", "tone", "--to", "x"], /no submitted rankings on the axis "tone"/],
    ];
    for (const [words, sentence] of known) {
      const failed = await cli(...words);
      assert.equal(failed.code, 1, words.join(" "));
      assert.match(failed.err, sentence);
    }
  });

  it("every problem is one line on standard error", async () => {
    const failed = await cli("generate", "models/none", "--prompt", "a");
    assert.equal(good(failed.err).trimEnd().split("\n").length, 1);
    assert.equal(failed.out, "");
  });
});
