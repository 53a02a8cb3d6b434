import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { encodeJson } from "../../extension/protocol/codec";
import { newFakeRun, removeProject, temporaryProject } from "../support/fakeRuns";
import { readMetrics } from "../../extension/runs/runFolder";
import { jsonLines, runCli } from "../support/runCli";
import { skipBecause } from "../support/skip";

interface ReadRun {
  readonly scalars: Readonly<
    Record<string, readonly (readonly [wall: number, step: number, value: string])[]>
  >;
  readonly texts: Readonly<Record<string, readonly (readonly [step: number, text: string])[]>>;
}

const python = process.env.RLHF_PYTHON ?? (process.platform === "win32" ? "python" : "python3");

describe("export for TensorBoard", function () {
  this.timeout(120_000);
  let project = "";
  beforeEach(() => (project = temporaryProject()));
  afterEach(() => removeProject(project));

  const rows = [
    { iteration: 0, "objective/score": 0.25, "policy/loss": NaN },
    { iteration: 1, "objective/score": -1.5, "policy/loss": 3e-3, "loss/validation": 2 },
    { iteration: 2, "objective/score": Infinity, "policy/loss": 2 ** -20 },
  ].map((row) => ({
    ...row,
    "time/rolloutSeconds": 1,
    "time/scoringSeconds": 0.5,
    "time/updateSeconds": 0.25,
  }));

  /** A run with these rows and one live change at iteration 2. */
  const writeOne = () => {
    const run = newFakeRun(project);
    writeFileSync(run.paths.metrics, rows.map((row) => `${encodeJson(row)}\n`).join(""));
    const change = { key: "klCoef", old: 0.1, new: 0.2 };
    const line = { time: "2026-01-02T03:05:00Z", who: "<b>jin</b>", iteration: 2, changes: [change] };
    appendFileSync(run.paths.interventions, `${encodeJson(line)}\n`);
    return run;
  };
  const exported = async (ids: readonly string[], to: string) =>
    await runCli(["export", ...ids, "--format", "tensorboard", "--to", to, "--project", project, "--json"]);

  it("TensorBoard reads every value, step and time back, NaN too, and the settings and live changes as texts", async function () {
    if (spawnSync(python, ["-c", "import tensorboard"]).status !== 0)
      skipBecause(this, `${python} has no tensorboard (RLHF_PYTHON names another interpreter)`);
    const [run, other] = [writeOne(), newFakeRun(project)];
    const to = join(project, "events");
    const ids = [run.manifest.id, other.manifest.id];
    const done = await exported(ids, to);
    assert.equal(done.code, 0, done.err);
    // Twice, because a second export stands in the first one's place and adds nothing to it.
    assert.equal((await exported(ids, to)).code, 0);
    const peer = spawnSync(python, [resolve("test/support/tensorboardPeer.py")], {
      input: JSON.stringify({ folder: to }),
      encoding: "utf8",
    });
    assert.equal(peer.status, 0, peer.stderr);
    const read = JSON.parse(peer.stdout) as Readonly<Record<string, ReadRun>>;
    assert.deepEqual(Object.keys(read).sort(), [...ids].sort());
    const { scalars, texts } = read[run.manifest.id];
    const begin = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;
    const expected: Record<string, (readonly [number, number, string])[]> = {};
    readMetrics(run.paths).values.forEach(({ iteration, values }) => {
      for (const [tag, value] of Object.entries(values))
        (expected[tag] ??= []).push([
          begin + 1.75 * (iteration + 1),
          iteration,
          pythonText(Math.fround(value)),
        ]);
    });
    assert.deepEqual(scalars, expected);
    assert.deepEqual(Object.keys(texts).sort(), ["changes", "settings"]);
    assert.match(texts.settings[0][1], /\| ppo&#46;klCoef \| 0&#46;1 \|/);
    assert.equal(texts.changes[0][0], 2);
    assert.match(texts.changes[0][1], /\| klCoef \| 0&#46;1 \| 0&#46;2 \| &#60;b&#62;jin/);
    assert.deepEqual(read[other.manifest.id].scalars, {});
  });

  it("writes one file a run, the same bytes for the same run, and names a run that is not there", async () => {
    const run = writeOne();
    const first = await exported([run.manifest.id], join(project, "a"));
    assert.equal(first.code, 0, first.err);
    const files = jsonLines(first).at(-1)?.files as readonly { path: string; events: number }[];
    assert.deepEqual(
      files.map(({ events }) => events),
      [3],
    );
    assert.deepEqual(readdirSync(join(project, "a", run.manifest.id)), [
      `events.out.tfevents.${Date.UTC(2026, 0, 2, 3, 4, 5) / 1000}.${run.manifest.id}`,
    ]);
    const bytes = readFileSync(files[0].path);
    assert.equal((await exported([run.manifest.id], join(project, "a"))).code, 0);
    assert.ok(readFileSync(files[0].path).equals(bytes));
    const missing = await exported([run.manifest.id, "ppo-20260131T120000Z-1a2b"], join(project, "b"));
    assert.equal(missing.code, 1);
    assert.match(missing.out, /ppo-20260131T120000Z-1a2b/);
    assert.ok(!readdirSync(project).includes("b"), "nothing is written where a run is missing");
    const models = await runCli(["export", "a", "b", "--to", join(project, "m"), "--project", project]);
    assert.match(models.err, /Only the runs of --format tensorboard/);
  });
});

/** A number as Python writes it. */
function pythonText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  return Number.isInteger(value) ? `${value}.0` : String(value).replace(/e-(\d)$/, "e-0$1");
}
