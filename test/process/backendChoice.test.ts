import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSame, onBackend } from "../../extension/cli/settleBackend";
import { findPythonTensorflow } from "../../extension/native/findPython";
import { findSources } from "../../extension/native/compileAddon";
import { isProblem } from "../../extension/protocol/problem";
import { resolveConfig } from "../../extension/protocol/resolveConfig";
import {
  readInterventions,
  readRun,
  readRunInput,
  type NewRun,
  type Run,
} from "../../extension/runs/runFolder";
import { jsonLines, runCli, type CliRun } from "../support/runCli";
import { skipBecause } from "../support/skip";

let base: string;
let project: string;
/** Where TensorFlow is not set up. */
let without: Readonly<Record<string, string>>;

const rlhf = (...words: readonly string[]): Promise<CliRun> =>
  runCli([...words, "--project", project], { environment: without });

/** The run that a command prepared or finished. */
async function runOf(...words: readonly string[]): Promise<Run> {
  const said = await rlhf(...words, "--json");
  assert.equal(said.code, 0, said.out + said.err);
  return runNamed(String(jsonLines(said).at(-1)?.run));
}

function runNamed(id: string): Run {
  const run = readRun(join(project, "runs", id));
  assert.ok(!isProblem(run));
  return run;
}

const pretrain = ["pretrain", "--tiny", "--threads", "1", "--set", "pretrain.steps=20"];

describe("the backend of a run", function () {
  this.timeout(300_000);
  before(async () => {
    base = mkdtempSync(join(tmpdir(), "rlhf-backend-"));
    project = join(base, "project");
    without = { RLHF_NATIVE_DIR: join(base, "nothing") };
    const made = await runCli(["new", project, "--template", "tiny-world"]);
    assert.equal(made.code, 0, made.err);
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  it("auto is wasm, and says why, where TensorFlow is not set up; the run is the same as one of wasm", async () => {
    const run = await runOf(...pretrain, "--backend", "auto", "--no-start");
    const { manifest, paths } = run;
    assert.deepEqual([manifest.backend, manifest.config.backend], ["wasm", "wasm"]);
    assert.match(
      manifest.backendReason ?? "",
      /^tensorflow cannot be used: TensorFlow is not set up; `rlhf setup-native` does it$/,
    );
    assert.match(readFileSync(paths.manifest, "utf8"), /"backendReason":/);
    const shown = await rlhf("show", manifest.id);
    assert.match(shown.out, /because +auto took it: tensorflow cannot be used: TensorFlow is not set up/);

    const resolved = resolveConfig({ ...manifest.config });
    assert.ok(resolved.type === "config");
    const same: NewRun = {
      ...manifest,
      utcMilliseconds: 0,
      random: 0,
      inputs: manifest.inputs.map(({ name, source }) => {
        const bytes = readRunInput(run, name);
        assert.ok(!isProblem(bytes));
        return { name, source, bytes };
      }),
    };
    const found = (asked: "auto" | "wasm" | "cpu") =>
      findSame(project, onBackend(same, asked, null), { ...resolved.config, backend: asked })?.run.manifest
        .id;
    assert.deepEqual([found("auto"), found("wasm"), found("cpu")], [manifest.id, manifest.id, undefined]);
  });

  it("doctor says what auto takes", async () => {
    const told = await rlhf("doctor", "--backend", "auto", "--json");
    assert.equal(told.code, 0, told.out);
    const { auto, backends } = jsonLines(told).at(-1) as unknown as {
      readonly auto: { readonly backend: string; readonly reason: string };
      readonly backends: readonly { readonly name: string }[];
    };
    assert.equal(auto.backend, "wasm");
    assert.match(auto.reason, /TensorFlow is not set up/);
    assert.deepEqual(
      backends.map(({ name }) => name),
      ["wasm"],
    );
  });

  it("is the one it began with: else it says what to do, which does it", async () => {
    const done = (await runOf(...pretrain)).manifest.id;
    // A run that has begun on a backend which is not here any more.
    const { manifest } = await runOf("branch", `${done}@last`, "--backend", "tensorflow", "--no-start");
    assert.deepEqual([manifest.backend, manifest.config.backend], ["tensorflow", "tensorflow"]);
    const refused = await rlhf("resume", manifest.id);
    assert.equal(refused.code, 1);
    const advice = `rlhf branch ${manifest.id}@last --backend wasm`;
    assert.ok(
      refused.err.includes(
        "The run goes on with the backend it began with alone, and the backend tensorflow does not work here: TensorFlow is not set up; `rlhf setup-native` does it.",
      ) && refused.err.includes(advice),
      refused.err,
    );
    const other = await rlhf("resume", manifest.id, "--backend", "wasm");
    assert.equal(other.code, 1);
    assert.match(other.err, /goes on with its own settings; .* branch from it/);
    const branched = await runOf(...advice.split(" ").slice(1), "--set", "pretrain.steps=30");
    assert.equal(branched.manifest.backend, "wasm");
    assert.ok(existsSync(join(branched.paths.folder, "result.json")));
  });

  it("goes on with cpu where it began with cpu, though the project has another", async () => {
    const { manifest } = await runOf(
      ...pretrain.slice(0, -1),
      ...["pretrain.steps=2", "--set", "pretrain.batch=2", "--set", "pretrain.sequenceTokens=8"],
      ...["--backend", "cpu", "--no-start"],
    );
    const resumed = await rlhf("resume", manifest.id, "--json");
    assert.equal(resumed.code, 0, resumed.out + resumed.err);
    assert.equal(runNamed(manifest.id).manifest.backend, "cpu");
  });

  it("a run that has not begun says how to make one that can", async () => {
    const { manifest } = await runOf(...pretrain, "--backend", "tensorflow", "--no-start");
    const refused = await rlhf("resume", manifest.id);
    assert.equal(refused.code, 1);
    assert.match(
      refused.err,
      /TensorFlow is not set up; .* begins the run; rlhf pretrain --backend auto makes another/,
    );
  });

  it("resume changes what may change while a run goes on, and nothing else", async () => {
    const { manifest, paths } = await runOf(...pretrain, "--no-start");
    const resume = (set: string) => rlhf("resume", manifest.id, "--set", set, "--json");
    const wrong = await resume("pretrain.microbatch=few");
    assert.match(wrong.out, /pretrain\.microbatch must be a whole number/);
    for (const set of ["pretrain.batch=4", "sft.microbatch=4", "seed=4"])
      assert.match((await resume(set)).out, /goes on with its own settings/, set);
    assert.equal(readInterventions(paths).values.length, 0);
    const resumed = await resume("pretrain.microbatch=2");
    assert.equal(resumed.code, 0, resumed.out);
    const [{ iteration, who, changes }] = readInterventions(paths).values;
    assert.deepEqual([iteration, who, changes], [0, "rlhf resume", [{ key: "microbatch", old: 0, new: 2 }]]);
  });

  it("with a real TensorFlow auto tries both, and its lines on standard error reach nobody", async function () {
    const found = (await findPythonTensorflow()).find((one) => one.ok);
    const asked = process.env.RLHF_NATIVE_TESTS === "1";
    if (!asked && found === undefined)
      skipBecause(this, "native: not set up (no Python with TensorFlow, and RLHF_NATIVE_TESTS is not 1)");
    const sources = findSources();
    if (!asked && isProblem(sources)) skipBecause(this, sources.message);
    const environment = { RLHF_NATIVE_DIR: join(base, "native") };
    const from = found === undefined ? "wheel" : "python";
    const setup = await runCli(["setup-native", "--from", from, "--yes"], { environment });
    assert.deepEqual([setup.code, setup.err], [0, ""], setup.out);
    const call = async (...words: readonly string[]): Promise<CliRun> => {
      const run = await runCli([...words, "--project", project], { environment });
      assert.deepEqual([run.code, run.err], [0, ""], `${words.join(" ")}: ${run.out}`);
      return run;
    };
    const made = await call(...pretrain, "--backend", "auto", "--json");
    const { manifest, paths } = runNamed(String(jsonLines(made).at(-1)?.run));
    assert.match(
      manifest.backendReason ?? "",
      /^a training step takes .* m?s, and .* m?s on (wasm|tensorflow)$|^it has a GPU/,
    );
    const words = ["generate", "models/base", "--prompt", "say hello .", "--json"];
    const answered = await call(...words, "--backend", "tensorflow");
    assert.equal(jsonLines(answered).at(-1)?.type, "result");
    for (const name of ["selfcheck", "bench"])
      await call(
        name,
        ...(name === "bench" ? ["train", "--size", "tiny", "--repeat", "1", "--peer", "none"] : ["golden"]),
        "--backend",
        "tensorflow",
      );
    await call("doctor");
    const wrong = await runCli(
      ["generate", "models/nothing", "--prompt", "x", "--backend", "tensorflow", "--project", project],
      { environment },
    );
    assert.match(wrong.err, /^There is no model "models\/nothing": .*\n$/);
    // A trainer's go to the log of its run.
    const trained = await call(...pretrain, "--backend", "tensorflow", "--json");
    const { log } = runNamed(String(jsonLines(trained).at(-1)?.run)).paths;
    assert.match(readFileSync(log, "utf8"), /STDERR|oneDNN|tensorflow/i);
    assert.ok(existsSync(paths.folder));
  });
});
