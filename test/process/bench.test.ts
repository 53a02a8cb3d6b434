import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { quantile } from "../../extension/algorithms/statistics";
import { jsonLines, runCli } from "../support/runCli";
import { skipBecause } from "../support/skip";

const python = process.env.RLHF_PYTHON ?? (process.platform === "win32" ? "python" : "python3");
const peerFolder = resolve("test/benchmark/peer");
const words = ["bench", "--size", "tiny", "--repeat", "2", "--threads", "1", "--json"];

type Line = ReturnType<typeof jsonLines>[number];
const ofType = (lines: readonly Line[], type: string): readonly Line[] =>
  lines.filter((line) => line.type === type);
const number = (line: Line, key: string): number => {
  assert.equal(typeof line[key], "number", `${key} of ${String(line.name)}`);
  return line[key] as number;
};

const numbers = (line: Line, key: string): readonly number[] => line[key] as readonly number[];
const ofPyTorch = ({ peerName }: Line): boolean => String(peerName).startsWith("PyTorch");
const besidePeers = { environment: { RLHF_PEER: peerFolder } };

// What the figures are is never asserted: only that they are there, and that they fit together.
describe("rlhf bench", function () {
  this.timeout(300_000);

  it("measures on a backend that does not tell what its tensors take", async () => {
    const run = await runCli([...words, "train", "--backend", "cpu", "--peer", "none"]);
    assert.equal(run.code, 0, run.out + run.err);
    const names = ofType(jsonLines(run), "measurement").map(({ name }) => name);
    assert.deepEqual(names, ["train/step", "train/peakMemory"]);
  });

  it("without a peer prints a line for each figure, with no ratio", async () => {
    const run = await runCli([...words, "--peer", "none"]);
    assert.equal(run.code, 0, run.out + run.err);
    const lines = jsonLines(run);
    const measurements = ofType(lines, "measurement");
    assert.deepEqual(
      measurements.map(({ name, unit }) => `${String(name)} ${String(unit)}`),
      [
        ...["train/step ms", "train/peakMemory MB", "train/tensors MB"],
        ...["sample/batch8 tokens/s", "sample/batch64 tokens/s", "sample/peakMemory MB", "sample/tensors MB"],
        ...["rewardModel/step ms", "rewardModel/peakMemory MB", "rewardModel/tensors MB"],
        ...["ppo", "ppoShared"].flatMap((name) => [
          ...["iteration", "rollout", "scoring", "update"].map((part) => `${name}/${part} s`),
          ...["peakMemory", "tensors"].map((part) => `${name}/${part} MB`),
        ]),
      ],
    );
    for (const line of measurements) {
      assert.equal(line.size, "tiny");
      assert.equal(number(line, "repeats"), line.unit === "MB" ? 1 : 2);
      assert.ok(0 < number(line, "min") && number(line, "min") <= number(line, "value"), String(line.name));
      assert.ok(number(line, "value") <= number(line, "max"), String(line.name));
      assert.ok(number(line, "othersShare") >= 0 && number(line, "othersShare") <= 1);
      assert.deepEqual([line.peerName, line.peerValue, line.ratio], [null, null, null]);
    }
    for (const line of measurements.filter(({ name }) => String(name).endsWith("/tensors"))) {
      const deviation = number(line, "value") / number(line, "estimate") - 1;
      assert.ok(Math.abs(deviation) < 0.2, `${String(line.name)}: ${deviation} from what was estimated`);
    }
    const value = (name: string): number =>
      number(measurements.find((line) => line.name === name) as Line, "value");
    assert.ok(value("ppo/rollout") < value("ppo/iteration"), "a part is smaller than the whole");
    const result = lines.at(-1);
    assert.deepEqual([result?.type, result?.measurements, result?.failed], ["result", 22, 0]);
  });

  it("--to adds everything to the end of a file, with the machine first, and so does selfcheck", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rlhf-bench-"));
    const file = join(folder, "figures.jsonl");
    const check = await runCli(["selfcheck", "golden", "--to", file]);
    assert.equal(check.code, 0, check.out + check.err);
    const bench = await runCli([
      ...words.filter((word) => word !== "--json"),
      "train",
      "--peer",
      "none",
      "--to",
      file,
    ]);
    assert.equal(bench.code, 0, bench.out + bench.err);
    assert.match(bench.out, /^size tiny .*median/m, "the terminal says it, too");
    const lines = jsonLines({ ...bench, out: readFileSync(file, "utf8") });
    rmSync(folder, { recursive: true });
    const kinds = lines.map(({ type, event, command, name }) => String(command ?? event ?? name ?? type));
    assert.deepEqual(kinds, [
      ...["selfcheck", "selfcheck", "golden", "result"],
      ...["bench", "bench", "train/step", "train/peakMemory", "train/tensors", "result"],
    ]);
    const [machine, backend] = lines.slice(4);
    assert.equal(machine.node, process.version);
    for (const key of ["version", "platform", "system", "processor"])
      assert.notEqual(machine[key] ?? "", "", key);
    assert.ok(Array.isArray(machine.graphicsCards));
    assert.match(String(backend.device), /1 thread of WebAssembly/);
  });

  it("--to a place that cannot be written is one sentence before anything is measured", async () => {
    const run = await runCli([
      ...words,
      "train",
      "--peer",
      "none",
      "--to",
      join(tmpdir(), "no such folder", "f"),
    ]);
    assert.equal(run.code, 1);
    const lines = jsonLines(run);
    assert.deepEqual(
      lines.map(({ type, problem }) => [type, problem]),
      [["error", "disk"]],
    );
  });

  it("a backend that does not work is the sentence of one task or of several", async () => {
    const environment = { RLHF_NATIVE_DIR: join(tmpdir(), "no-such-native") };
    const native = [...words, "--peer", "none", "--backend", "tensorflow"];
    const one = await runCli([...native, "train"], { environment });
    const several = await runCli([...native, "train", "sample"], { environment });
    assert.deepEqual([one.code, several.code], [1, 1]);
    assert.match(String(jsonLines(one).at(-1)?.message), /tensorflow does not work here/);
    assert.deepEqual(jsonLines(several).at(-1), jsonLines(one).at(-1));
  });

  it("a task whose process dies is one sentence of the command that measures several", async function () {
    if (spawnSync(python, ["--version"]).status !== 0) skipBecause(this, `${python} is not there`);
    if (process.platform === "win32") skipBecause(this, "Windows knows no SIGKILL");
    const folder = mkdtempSync(join(tmpdir(), "rlhf-peer-"));
    writeFileSync(join(folder, "peer.py"), "import os\nos.kill(os.getppid(), 9)\n");
    const run = await runCli([...words, "train", "sample"], { environment: { RLHF_PEER: folder } });
    rmSync(folder, { recursive: true });
    assert.equal(run.code, 1, run.out);
    const { type, message } = jsonLines(run).at(-1) as Line;
    assert.deepEqual([type, message], ["error", "Measuring train at size tiny ended its process (SIGKILL)."]);
  });

  it("an interpreter without PyTorch is told with what to do, and is no failure", async () => {
    const environment = { RLHF_PYTHON: "no-such-python", RLHF_PEER: peerFolder };
    const run = await runCli([...words, "ppo"], { environment });
    assert.equal(run.code, 0, run.out);
    const event = ofType(jsonLines(run), "event").find((line) => line.event === "bench");
    assert.deepEqual(event?.peers, []);
    const sentences = String(event?.note).split("\n");
    const sentence =
      /^Without (\w+) there is no ratio to it: no-such-python .*requirements\.txt.* RLHF_PYTHON/;
    assert.deepEqual(
      sentences.map((text) => sentence.exec(text)?.[1]),
      ["PyTorch", "TRL"],
    );
    assert.equal(ofType(jsonLines(run), "measurement")[0].ratio, null);
  });

  it("a peer that finds the same results gives ratios, ours better when above 1", async function () {
    requirePeer(this, "torch");
    const run = await runCli([...words, "train", "sample", "rewardModel", "ppo", "ppoShared"], besidePeers);
    assert.equal(run.code, 0, run.out + run.err);
    const lines = jsonLines(run);
    const checks = ofType(lines, "check").filter(ofPyTorch);
    assert.deepEqual(
      checks.map(({ name, passed }) => [name, passed]),
      ["train", "sample", "rewardModel", "ppo", "ppoShared"].map((name) => [`bench/${name}`, true]),
    );
    for (const line of ofType(lines, "measurement").filter(ofPyTorch)) {
      if (String(line.name).endsWith("/tensors")) continue; // The peer does not tell its tensors apart.
      assert.match(String(line.peerName), /^PyTorch \d.* eager$/);
      const [ours, peers] = [numbers(line, "values"), numbers(line, "peerValues")];
      const ratios = ours.map((value, i) => (line.unit === "tokens/s" ? value / peers[i] : peers[i] / value));
      assert.equal(number(line, "ratio"), quantile(ratios, 0.5), String(line.name));
    }
  });

  it("TRL does the same PPO with as many optimizer steps and tokens, and its memory is of that task alone", async function () {
    requirePeer(this, "trl");
    const run = await runCli([...words, "train", "ppo"], besidePeers);
    assert.equal(run.code, 0, run.out + run.err);
    const lines = jsonLines(run);
    const [check] = ofType(lines, "check").filter((line) => !ofPyTorch(line));
    assert.equal(check.passed, true);
    assert.match(String(check.peerName), /^TRL \d+\.\d+\.\d+$/);
    const figures = check.figures as Readonly<Record<string, number>>;
    // Four epochs of 64 episodes in minibatches of 16; responses of 48 tokens.
    assert.deepEqual([figures.peer_steps, figures.peer_tokens], [16, 3072]);
    const rows = ofType(lines, "measurement").filter((line) => !ofPyTorch(line));
    assert.deepEqual(
      rows.map(({ name }) => name),
      ["ppo/iteration", "ppo/rollout", "ppo/peakMemory"],
    );
    for (const row of rows) assert.ok(number(row, "peerValue") > 0 && number(row, "ratio") > 0);
    const own = (name: string): number =>
      number(ofType(lines, "measurement").find((line) => line.name === name) as Line, "value");
    assert.notEqual(own("train/peakMemory"), own("ppo/peakMemory"), "each of a process of its own");
  });

  it("TRL that takes other steps fails the check", async function () {
    requirePeer(this, "trl");
    const wrong = "num_mini_batches=1";
    const folder = alteredPeer("trl_peer.py", 'num_mini_batches=episodes // config["minibatch"]', wrong);
    const run = await runCli([...words, "ppo"], { environment: { RLHF_PEER: folder } });
    rmSync(folder, { recursive: true });
    assert.equal(run.code, 1, run.out);
    const passed = ofType(jsonLines(run), "check").map((line) => [ofPyTorch(line), line.passed]);
    assert.deepEqual(passed, [
      [true, true],
      [false, false],
    ]);
  });

  it("a peer that does something else fails the check, and its figures have no ratio", async function () {
    requirePeer(this, "torch");
    // Every token sees what follows it.
    const folder = alteredPeer("gpt.py", "is_causal=length > 1", "is_causal=False");
    const run = await runCli([...words, "train"], { environment: { RLHF_PEER: folder } });
    rmSync(folder, { recursive: true });
    assert.equal(run.code, 1, run.out);
    const lines = jsonLines(run);
    assert.deepEqual(
      ofType(lines, "check").map(({ passed }) => passed),
      [false],
    );
    for (const line of ofType(lines, "measurement")) {
      assert.equal(line.ratio, null);
      if (line.name === "train/step") number(line, "peerValue");
    }
    assert.equal(lines.at(-1)?.failed, 1);
  });

  it("a peer that ends in the middle is one sentence", async function () {
    requirePeer(this, "torch");
    const folder = alteredPeer("serve.py", "task.run()", 'sys.exit("it has no memory left")');
    const run = await runCli([...words, "train"], { environment: { RLHF_PEER: folder } });
    rmSync(folder, { recursive: true });
    assert.equal(run.code, 1, run.out);
    const { type, message } = jsonLines(run).at(-1) as Line;
    assert.equal(type, "error");
    assert.match(String(message), /^PyTorch .* failed \(it has no memory left\): measure without it/);
  });

  it("an unknown task or size is wrong use", async () => {
    for (const wrong of [
      ["bench", "trian"],
      ["bench", "--size", "C"],
      ["bench", "--repeat", "0"],
    ])
      assert.equal((await runCli(wrong)).code, 2, wrong.join(" "));
  });
});

/** A copy of the peer in which one thing is another. */
function alteredPeer(file: string, from: string, to: string): string {
  const folder = mkdtempSync(join(tmpdir(), "rlhf-peer-"));
  cpSync(peerFolder, folder, { recursive: true });
  const text = readFileSync(join(folder, file), "utf8");
  assert.ok(text.includes(from), `${file} has no ${from}`);
  writeFileSync(join(folder, file), text.replace(from, to));
  return folder;
}

function requirePeer(context: Mocha.Context, module: "torch" | "trl"): void {
  if (spawnSync(python, ["-c", `import ${module}`]).status !== 0)
    skipBecause(context, `${python} has no ${module} (RLHF_PYTHON names another interpreter)`);
}
