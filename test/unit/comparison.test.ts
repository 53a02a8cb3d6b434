import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import {
  comparedPrompts,
  nearestIterations,
  readComparedPrompts,
  type FoundAnswer,
} from "../../extension/host/comparedAnswers";
import { comparedMetrics, metricCell, tailLength, partMeans } from "../../extension/host/comparedMetrics";
import { comparedOrigins, comparedSettings, seedGroups } from "../../extension/host/comparison";
import { lineageOf, type LineageRun } from "../../extension/host/lineage";
import { RunCache } from "../../extension/host/runCache";
import { isBroken, type RunEntry } from "../../extension/host/runEntry";
import { encodeJson } from "../../extension/protocol/codec";
import { absent } from "../../extension/protocol/metricColumns";
import { tinyConfig } from "../../extension/protocol/resolveConfig";
import { makeRunId, type RunManifest, type RunParent, type Stage } from "../../extension/protocol/runFormat";
import { rolloutFile } from "../../extension/runs/runPaths";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import { writeRun } from "../support/manyRuns";

const sha = (letter: string): string => letter.repeat(64);

const parent = (
  role: string,
  run: string | null,
  letter: string,
  more: Partial<RunParent> = {},
): RunParent => ({
  ...{
    role,
    reference: run ?? `models/${letter}`,
    folder: "models/x",
    run,
    checkpoint: null,
    sha256: sha(letter),
  },
  ...more,
});

function manifest(
  stage: Stage,
  minute: number,
  more: Partial<RunManifest> & { ppo?: object } = {},
): RunManifest {
  const { ppo, ...others } = more;
  const config = tinyConfig();
  const created = Date.UTC(2026, 0, 2, 3, minute);
  return {
    ...{
      formatVersion: 1,
      id: makeRunId(stage, created, minute),
      stage,
      createdAt: new Date(created).toISOString(),
    },
    ...{ config: { ...config, ppo: { ...config.ppo, ...ppo } }, seed: 1, parents: [], codeVersion: "1" },
    ...{
      inputs: [{ name: "prompts.jsonl", source: "data/p.jsonl", bytes: 9, sha256: sha("a") }],
      backend: "wasm",
      backendReason: null,
      device: "d",
    },
    ...others,
  };
}

describe("settings and origins compared", () => {
  const one = manifest("ppo", 1, { parents: [parent("initial", null, "b")] });
  const other = manifest("ppo", 2, {
    ...{
      seed: 2,
      ppo: { klCoef: 0.5 },
      parents: [parent("initial", null, "c"), parent("rewardModel", null, "d")],
    },
    inputs: [{ name: "prompts.jsonl", source: "data/p.jsonl", bytes: 9, sha256: sha("f") }],
  });

  it("a setting differs by its value or by a live change, and says what it is for", () => {
    const change = { time: "", who: "Ada", iteration: 3, changes: [{ key: "learningRate", old: 1, new: 2 }] };
    const settings = comparedSettings([one, other], [[change], []]);
    assert.deepEqual(
      settings
        .filter(({ differs }) => differs)
        .map(({ path }) => path)
        .sort(),
      ["ppo.klCoef", "ppo.learningRate"],
    );
    const klCoef = settings.find(({ path }) => path === "ppo.klCoef");
    assert.match(klCoef?.doc ?? "", /KL/);
    assert.equal(klCoef?.values[1].value, "0.5");
    const rate = settings.find(({ path }) => path === "ppo.learningRate");
    assert.deepEqual(rate?.values[0].changes, [{ iteration: 3, value: "2", who: "Ada" }]);
    assert.ok(!settings.some(({ path }) => path === "seed"));
  });

  it("parents and inputs are compared by their sums; what one run has not is null", () => {
    const origins = comparedOrigins([one, other]);
    const differing = origins
      .filter(({ differs }) => differs)
      .map(({ kind, name }) => `${kind} ${name}`.trim());
    assert.deepEqual(differing, ["seed", "parent initial", "parent rewardModel", "input prompts.jsonl"]);
    assert.equal(origins.find(({ name }) => name === "rewardModel")?.values[0], null);
  });

  it("runs are a group of seeds when only the seed differs, however it splits the data", () => {
    const again = manifest("ppo", 3, {
      seed: 7,
      parents: one.parents,
      inputs: [{ ...one.inputs[0], sha256: sha("e") }],
    });
    assert.deepEqual(seedGroups([one, other, again]), [{ runs: [one.id, again.id], seeds: [1, 7] }]);
    assert.deepEqual(seedGroups([one, { ...again, seed: 1 }]), []);
    assert.deepEqual(seedGroups([one, { ...again, parents: [] }]), []);
  });
});

describe("metrics compared", () => {
  const run = (values: readonly number[], more: Readonly<Record<string, readonly number[]>> = {}) => ({
    columns: {
      iterations: Float64Array.from(values, (_, i) => i),
      values: Object.fromEntries(
        Object.entries({ "objective/score": values, ...more }).map(([name, column]) => [
          name,
          Float64Array.from(column),
        ]),
      ),
    },
    intervals: {},
  });

  it("the end is the last tenth, five values at least, with an interval by batch means", () => {
    assert.deepEqual([1, 4, 5, 50, 51, 100].map(tailLength), [1, 4, 5, 5, 6, 10]);
    const values = [...Array.from({ length: 40 }, () => 100), 1, 2, 3, 4, 5];
    const cell = metricCell(run(values), "objective/score", 2);
    assert.ok(cell);
    const { value, low, high, kind, count, iteration } = cell.final;
    assert.deepEqual([value, kind, count, iteration], [3, "batchMeans", 5, 44]);
    assert.ok(Math.abs(low - 1.036757) < 1e-5 && Math.abs(high - 4.963243) < 1e-5);
    assert.deepEqual([cell.last.value, cell.last.mean], [5, 3]);
    assert.deepEqual([cell.least?.value, cell.least?.iteration], [1, 40]);
    assert.deepEqual([cell.most?.value, cell.most?.iteration, cell.most?.mean], [100, 0, 100]);
    assert.deepEqual([cell.step?.value, cell.step?.iteration], [100, 2]);
  });

  it("what was not reported leaves no gap, and what is not a number is no extreme", () => {
    const cell = metricCell(run([absent, 2, absent, NaN, 1, Infinity]), "objective/score", 0);
    assert.deepEqual([cell?.least?.value, cell?.most?.value, cell?.step], [1, 2, null]);
    assert.ok(Number.isNaN(cell?.final.value));
    assert.equal(cell?.final.kind, "none");
    assert.deepEqual(cell?.spark, [2, NaN, 1, NaN]);
    assert.equal(metricCell(run([absent]), "objective/score", 0), null);
  });

  it("an evaluation's own intervals are taken, and their ends are no rows", () => {
    const wins = {
      "winRate/versusSft": [0.6],
      "winRate/versusSftLow": [0.4],
      "winRate/versusSftHigh": [0.8],
    };
    const evaluated = {
      ...run([1.5], wins),
      intervals: { "objective/score": { low: 1, high: 2, kind: "student" as const } },
    };
    const rows = comparedMetrics(
      [evaluated, run([1, 2], { "time/updateSeconds": [1, 1], "later/metric": [1, 2] })],
      0,
    );
    assert.deepEqual(
      rows.map(({ name }) => name),
      ["objective/score", "winRate/versusSft", "later/metric"],
    );
    assert.deepEqual(
      rows[0].cells.map((cell) => cell?.final.kind),
      ["student", "none"],
    );
    assert.deepEqual(rows[1].cells[0]?.final, {
      ...{ value: 0.6, mean: 0.6, low: 0.4, high: 0.8, kind: "wilson", iteration: 0, count: 1 },
    });
    assert.deepEqual([rows[1].cells[1], rows[1].direction, rows[2].direction], [null, "higher", "neutral"]);
  });

  it("a long curve is thinned to means of equal parts", () => {
    assert.deepEqual(partMeans([1, 3, 5, 7], 2), [2, 6]);
    assert.deepEqual(partMeans([1, NaN, NaN, NaN], 2), [1, NaN]);
  });
});

describe("answers compared", () => {
  const answer = (id: string, response: string, evaluation: string | null): FoundAnswer => ({
    ...{ id, prompt: `${id} ?`, response, score: 1, iteration: evaluation === null ? 4 : null, evaluation },
  });
  it("a prompt needs two answers of one kind; those that more runs have answered come first", () => {
    const prompts = comparedPrompts([
      [answer("a", "1", "e"), answer("b", "2", null), answer("c", "3", null), answer("d", "4", null)],
      [answer("a", "5", null), answer("b", "6", null), answer("c", "7", null), answer("c", "again", null)],
      [answer("c", "8", null)],
    ]);
    assert.deepEqual(
      prompts.map(({ id, answers }) => [id, ...answers.map((each) => each?.response ?? null)]),
      [
        ["c", "3", "7", "8"],
        ["b", "2", "6", null],
      ],
    );
  });
  it("an SFT run and a policy meet in the evaluation that compares them", async () => {
    const project = temporaryProject();
    try {
      const [sft, ppo] = (["sft", "ppo"] as const).map((stage, i) =>
        basename(writeRun(project, { stage, minute: i, values: [1] }).folder),
      );
      const parents = [parent("policy", ppo, "a"), parent("sft", sft, "b")];
      const paths = writeRun(project, { stage: "evaluate", minute: 2, values: [1], parents });
      const sample = {
        promptId: "p",
        prompt: "who ?",
        response: "a fox",
        sftResponse: "a dog",
        sftScore: 0.5,
      };
      writeFileSync(
        paths.result,
        encodeJson({ formatVersion: 1, figures: { samples: [sample, { promptId: 1 }] } }),
      );
      // As evaluations write them, without what only training knows.
      const lists = {
        promptTokens: [1],
        responseTokens: [2, 3],
        logprobs: [0, 0],
        referenceLogprobs: [],
        values: [],
      };
      const others = {
        rewards: [],
        advantages: [],
        returns: [],
        entropies: [0, 0],
        ratiosAfter: [],
        alternatives: [],
      };
      const episode = {
        ...{ iteration: 0, episode: 0, score: 1, kl: NaN, endReached: true },
        ...lists,
        ...others,
      };
      mkdirSync(paths.rollouts);
      const line = encodeJson({ ...episode, promptId: "p", prompt: "who ?", response: "a fox" });
      writeFileSync(rolloutFile(paths, 0), `${line}\n`);
      const all = new RunCache().list(project).filter((entry) => !isBroken(entry)) as RunEntry[];
      const [learned, tuned] = ["ppo", "sft"].map((stage) =>
        all.filter(({ run }) => run.manifest.stage === stage),
      );
      const { prompts, promptCount } = await readComparedPrompts([...tuned, ...learned], all);
      assert.equal(promptCount, 1);
      const evaluation = basename(paths.folder);
      assert.deepEqual(prompts[0].answers, [
        { response: "a dog", score: 0.5, iteration: null, evaluation },
        { response: "a fox", score: 1, iteration: null, evaluation },
      ]);
    } finally {
      removeProject(project);
    }
  });
  it("rollouts are of the newest iteration that all have logged", () => {
    assert.deepEqual(
      nearestIterations([
        [0, 2, 4],
        [0, 1, 2, 3],
      ]),
      [2, 2],
    );
    assert.deepEqual(nearestIterations([[0, 4], [1, 3], []]), [4, 3, null]);
  });
});

describe("the lineage of runs", () => {
  const words = { kind: (kind: string) => kind, role: (role: string) => role };
  const run = (each: RunManifest): LineageRun => ({
    id: each.id,
    name: each.id,
    manifest: each,
    stateText: "finished",
  });

  it("shared ancestors stand once, evaluations follow, and other runs stay out", () => {
    const sft = manifest("sft", 1, { parents: [parent("initial", null, "a")] });
    const reward = manifest("rm", 2, { parents: [parent("initial", sft.id, "b")] });
    const learned = (minute: number): RunManifest =>
      manifest("ppo", minute, {
        parents: [
          ...[parent("initial", sft.id, "b"), parent("reference", sft.id, "b", { checkpoint: 12 })],
          ...[
            parent("rewardModel", reward.id, "c"),
            parent("ptx", null, "a", { reference: "models/other-name" }),
          ],
        ],
      });
    const [first, second] = [learned(3), learned(4)];
    const judged = manifest("evaluate", 5, {
      parents: [
        parent("policy", first.id, "d"),
        parent("sft", null, "b", { folder: `runs/${sft.id}/model` }),
      ],
    });
    const apart = manifest("pretrain", 6);
    const all = [apart, judged, second, first, reward, sft].map(run);
    const { nodes, edges } = lineageOf(all, [first.id, second.id], words);
    assert.deepEqual(
      nodes.map(({ id }) => id),
      [sha("a"), sft.id, reward.id, first.id, second.id, judged.id],
    );
    assert.deepEqual(
      nodes.filter(({ isCompared }) => isCompared).map(({ id }) => id),
      [first.id, second.id],
    );
    const edge = edges.find(({ from, to }) => from === sft.id && to === first.id);
    assert.equal(edge?.roles, "initial, reference #12");
    assert.equal(edges.filter(({ to }) => to === judged.id).length, 2);
  });

  it("a run that is gone stands as the model it left", () => {
    const gone = makeRunId("sft", 0, 1);
    const left = manifest("ppo", 3, { parents: [parent("initial", gone, "b")] });
    const { nodes } = lineageOf([run(left)], [left.id], words);
    assert.deepEqual(
      nodes.map(({ kind, name }) => [kind, name]),
      [
        ["model", gone],
        ["ppo", left.id],
      ],
    );
  });
});
