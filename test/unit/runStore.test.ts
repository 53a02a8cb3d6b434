import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isProblem, type Problem } from "../../extension/protocol/problem";
import { bestCheckpoint, listCheckpoints, readCheckpoint } from "../../extension/runs/checkpoints";
import { DiskError } from "../../extension/runs/disk";
import {
  listRuns,
  readEndpoint,
  readEpisodes,
  readFigures,
  readInterventions,
  readMarks,
  readMetrics,
  readRun,
  readStatus,
  writeMarks,
  type Run,
} from "../../extension/runs/runFolder";
import { checkpointFolder, runsFolder } from "../../extension/runs/runPaths";
import { RunStore } from "../../extension/runs/runStore";
import { noMarks } from "../../extension/protocol/runFormat";
import { failingDisk, fullDisk } from "../support/fakeDisk";
import { good, newFakeRun, removeProject, temporaryProject } from "../support/fakeRuns";
import { modelParts, stateOf, writeCheckpointOf, writeIteration } from "../support/runContent";

const iterationsIn = (run: Run): number[] => readMetrics(run.paths).values.map(({ iteration }) => iteration);
const change = (iteration: number) => ({
  time: "t",
  who: "Ada",
  iteration,
  changes: [{ key: "klCoef", old: 0.1, new: 0.2 }],
});

describe("RunStore", () => {
  let project: string;
  before(() => (project = temporaryProject()));
  after(() => removeProject(project));

  const open = (run: Run): RunStore => good(RunStore.open(run.paths.folder));
  const problemOf = (run: Run): Problem => {
    const store = RunStore.open(run.paths.folder);
    assert.ok(isProblem(store), "opened");
    return store;
  };

  /** Iterations 0 to 5, checkpoints at 2 and 4. */
  function begun(): Run {
    const run = newFakeRun(project);
    const store = open(run);
    for (let iteration = 0; iteration <= 5; iteration++) {
      writeIteration(store, iteration);
      if (iteration === 3) store.appendIntervention(change(5));
      if (iteration === 2 || iteration === 4) writeCheckpointOf(store, iteration, iteration);
    }
    store.dispose();
    return run;
  }

  it("createRun() leaves a queued run that reads as it was made, and no trace of the making", () => {
    const run = newFakeRun(project);
    assert.deepEqual(good(readRun(run.paths.folder)), run);
    assert.equal(good(readStatus(run.paths)).state, "queued");
    assert.deepEqual(
      readdirSync(runsFolder(project)).filter((name) => name.startsWith(".")),
      [],
    );
    assert.deepEqual(
      run.manifest.inputs.map(({ name, bytes }) => [name, bytes]),
      [["fake.json", 2]],
    );
  });

  it("rewind() of a run without checkpoints begins anew, with empty logs", () => {
    const run = newFakeRun(project);
    const store = open(run);
    writeIteration(store, 0);
    writeIteration(store, 1);
    assert.equal(store.rewind(), null);
    store.dispose();
    assert.deepEqual(iterationsIn(run), []);
    assert.deepEqual(readdirSync(run.paths.rollouts), []);
  });

  it("rewind() gives the last checkpoint bit for bit and cuts the logs back to it; interventions stay", () => {
    const run = begun();
    assert.deepEqual(iterationsIn(run), [0, 1, 2, 3, 4, 5]);
    const store = open(run);
    const checkpoint = good(store.rewind());
    assert.ok(checkpoint);
    assert.deepEqual(checkpoint.state, stateOf(4));
    assert.ok(Object.is(checkpoint.state.tensors["policy/w"].data[1], -0));
    assert.deepEqual([checkpoint.iterations, checkpoint.selection], [24, 4]);
    assert.deepEqual(iterationsIn(run), [0, 1, 2, 3, 4]);
    assert.deepEqual(readdirSync(run.paths.rollouts).sort(), ["000000", "000001", "000002", "000003", "000004"].map((name) => `${name}.jsonl`)); // prettier-ignore
    assert.deepEqual(store.interventions, [change(5)]);
    assert.deepEqual(store.changesAt(5), { klCoef: 0.2 });
    assert.deepEqual(store.changesAt(4), {});
    writeIteration(store, 5);
    store.dispose();
    assert.deepEqual(iterationsIn(run), [0, 1, 2, 3, 4, 5]);
    assert.equal(readEpisodes(run.paths, 5).values.length, 1);
  });

  it("a torn last line of metrics is cut off on opening", () => {
    const run = begun();
    appendFileSync(run.paths.metrics, '{"iteration":6,"objective/sc');
    const store = open(run);
    writeIteration(store, 6);
    store.dispose();
    assert.deepEqual(iterationsIn(run), [0, 1, 2, 3, 4, 5, 6]);
    assert.deepEqual(readMetrics(run.paths).problems, []);
  });

  it("saveCheckpoint() writes a checkpoint once, and prunes all but the last and the best", () => {
    const run = newFakeRun(project);
    const store = open(run);
    const selections = [3, 9, NaN, 1, 9, null];
    selections.forEach((selection, i) => assert.ok(writeCheckpointOf(store, i + 1, selection, 2)));
    assert.ok(!writeCheckpointOf(store, 6, 100, 2), "written twice");
    store.dispose();
    // 2 is the best: of equals the earliest, and neither NaN nor null is a candidate.
    assert.equal(bestCheckpoint(run.paths), 2);
    assert.deepEqual(listCheckpoints(run.paths), [2, 5, 6]);
    assert.deepEqual(readdirSync(run.paths.checkpoints).sort(), ["000002", "000005", "000006"]);
  });

  it("readBestState() is the best checkpoint's, else the last one's, else none", () => {
    const run = newFakeRun(project);
    const store = open(run);
    assert.equal(store.readBestState(), null);
    writeCheckpointOf(store, 1);
    writeCheckpointOf(store, 2);
    assert.deepEqual(good(store.readBestState()), stateOf(2));
    writeCheckpointOf(store, 3, -1);
    writeCheckpointOf(store, 4, -2);
    assert.deepEqual(good(store.readBestState()), stateOf(3));
    store.dispose();
  });

  it("any altered byte of a checkpoint is one sentence that names the file and the way on", () => {
    const run = begun();
    const folder = checkpointFolder(run.paths, 4);
    const files = readdirSync(folder);
    assert.deepEqual(files.sort(), ["config.json", "model.safetensors", "offsets.json", "policyAdamM.safetensors", "sha256", "state.json"]); // prettier-ignore
    for (const name of files) {
      const path = join(folder, name);
      const original = readFileSync(path);
      const altered = Buffer.from(original);
      altered[altered.length >> 1] ^= 1;
      writeFileSync(path, altered);
      const store = open(run);
      const problem = store.rewind();
      store.dispose();
      assert.ok(isProblem(problem), name);
      assert.ok(["altered", "missing", "malformed"].includes(problem.problem), problem.problem);
      if (name !== "sha256") assert.ok(problem.message.startsWith(path), problem.message);
      assert.ok(problem.message.endsWith(`Go on from the one before with: rlhf branch ${run.manifest.id}@2`));
      writeFileSync(path, original);
    }
    const store = open(run);
    assert.deepEqual(good(store.rewind())?.state, stateOf(4));
    store.dispose();
  });

  it("a missing file of the only checkpoint is named, and there is nothing to go on from", () => {
    const run = newFakeRun(project);
    const store = open(run);
    writeCheckpointOf(store, 3);
    const path = join(checkpointFolder(run.paths, 3), "policyAdamM.safetensors");
    writeFileSync(`${path}.aside`, readFileSync(path));
    rmSync(path);
    const problem = store.rewind();
    store.dispose();
    assert.ok(isProblem(problem) && problem.problem === "missing");
    assert.equal(problem.message, `${path} is missing. There is no earlier checkpoint: begin a new run.`);
  });

  it("metrics shorter than the checkpoint says are an altered run", () => {
    const run = begun();
    writeFileSync(run.paths.metrics, readFileSync(run.paths.metrics).subarray(0, 40));
    const store = open(run);
    const problem = store.rewind();
    store.dispose();
    assert.ok(isProblem(problem) && problem.problem === "altered");
    assert.match(problem.message, /metrics\.jsonl is shorter \(\d+ bytes\) than its checkpoint says \(\d+\)/);
  });

  it("altered, shortened and missing inputs refuse the run and say what to do", () => {
    const run = newFakeRun(project);
    const path = join(run.paths.inputs, "fake.json");
    for (const content of ["[]", "", "{} "]) {
      writeFileSync(path, content);
      const problem = problemOf(run);
      assert.equal(problem.problem, "altered");
      assert.match(problem.message, /fake\.json was altered since the run ppo-.* began .*: put the original back, or begin a new run\.$/); // prettier-ignore
    }
    rmSync(path);
    assert.equal(problemOf(run).message, `${path} is missing.`);
    writeFileSync(path, "{}");
    open(run).dispose();
  });

  it("a damaged line in the middle of the interventions refuses the run: what it changed is not known", () => {
    const run = begun();
    writeFileSync(run.paths.interventions, 'nonsense\n{"time":"t","who":"w","iteration":1,"changes":[]}\n');
    assert.match(problemOf(run).message, /interventions\.jsonl, line 1 is not valid JSON/);
    open(begun()).dispose();
  });

  it("a finished run is not opened again; the sentence says how to go on from it", () => {
    const run = begun();
    const store = open(run);
    store.setStatus({
      state: "finished",
      iteration: 5,
      iterations: 5,
      progress: null,
      heartbeat: "t",
      reason: null,
    });
    store.dispose();
    const problem = problemOf(run);
    assert.equal(problem.problem, "wrongState");
    assert.ok(
      problem.message.endsWith(`is finished; to go on from it use: rlhf branch ${run.manifest.id}@4`),
    );
  });

  it("a run of a newer format, without a manifest, or that is not there is one sentence", () => {
    const run = newFakeRun(project);
    const text = readFileSync(run.paths.manifest, "utf8");
    writeFileSync(run.paths.manifest, text.replace('"formatVersion":1', '"formatVersion":2'));
    assert.equal(problemOf(run).problem, "newerFormat");
    writeFileSync(run.paths.manifest, text.slice(0, 50));
    assert.match(problemOf(run).message, /run\.json is not valid JSON/);
    rmSync(run.paths.manifest);
    assert.equal(problemOf(run).message, `${run.paths.manifest} is missing.`);
    const nowhere = join(project, "runs", "nowhere");
    assert.equal((RunStore.open(nowhere) as Problem).message, `There is no run in ${nowhere}.`);
  });

  it("a run that says it goes on but has no living trainer was interrupted", () => {
    const run = newFakeRun(project);
    const store = open(run);
    store.setStatus({
      state: "running",
      iteration: 2,
      iterations: 9,
      progress: null,
      heartbeat: "t",
      reason: null,
    });
    assert.equal(good(readStatus(run.paths)).state, "running");
    store.dispose();
    const status = good(readStatus(run.paths));
    assert.deepEqual([status.state, status.iteration], ["interrupted", 2]);
  });

  it("what dead writers left half-written is cleared away on opening", () => {
    const run = begun();
    mkdirSync(join(run.paths.checkpoints, ".000006.4711.partial"));
    writeFileSync(join(run.paths.checkpoints, ".000006.4711.partial", "state.json"), "{");
    writeFileSync(join(run.paths.folder, ".status.json.4711.partial"), "{");
    assert.deepEqual(listCheckpoints(run.paths), [2, 4]);
    open(run).dispose();
    const names = [...readdirSync(run.paths.checkpoints), ...readdirSync(run.paths.folder)];
    assert.deepEqual(
      names.filter((name) => name.includes("partial")),
      [],
    );
  });

  it("a model that was being replaced when its writer died comes back", () => {
    const run = begun();
    const store = open(run);
    store.saveModel({ w: { shape: [1], data: Float32Array.of(3) } }, modelParts);
    store.dispose();
    renameSync(run.paths.model, join(run.paths.folder, ".model.old.partial"));
    open(run).dispose();
    assert.ok(existsSync(join(run.paths.model, "model.safetensors")));
  });

  it("figures, marks and the endpoint read back; only the owner may read the endpoint", () => {
    const run = newFakeRun(project);
    assert.deepEqual([readFigures(run.paths), readMarks(run.paths)], [null, noMarks]);
    const store = open(run);
    store.saveResult({ best: NaN, rows: [1] });
    assert.deepEqual(readFigures(run.paths), { best: "NaN", rows: [1] });
    const marks = { ...noMarks, name: "β = 0.1", star: true, pins: [{ iteration: 3, note: "여기" }] };
    writeMarks(run.paths, marks);
    assert.deepEqual(readMarks(run.paths), marks);
    const endpoint = { protocolVersion: 1, address: "somewhere", token: "0".repeat(32), pid: 1 };
    store.writeEndpoint(endpoint);
    assert.deepEqual(readEndpoint(run.paths), { formatVersion: 1, ...endpoint });
    if (process.platform !== "win32") assert.equal(statSync(run.paths.endpoint).mode & 0o777, 0o600);
    store.removeEndpoint();
    assert.ok(isProblem(readEndpoint(run.paths)));
    store.dispose();
  });

  it("listRuns() gives the newest first and names what cannot be read", () => {
    const { runs, broken } = listRuns(project);
    assert.ok(runs.length > 5);
    const strange = join(runsFolder(project), "my old run");
    mkdirSync(strange);
    const again = listRuns(project);
    assert.equal(again.runs.length, runs.length);
    assert.deepEqual(again.broken.slice(broken.length).map(({ message }) => message), [`${strange} is no run: its name is no run id.`]); // prettier-ignore
  });

  it("a full disk is one sentence; what was acknowledged stays, and the run goes on once there is room", () => {
    const run = newFakeRun(project);
    const disk = fullDisk(Infinity);
    const store = good(RunStore.open(run.paths.folder, disk));
    writeIteration(store, 0);
    writeCheckpointOf(store, 0);
    for (const room of [0, 1, 30, 700]) {
      disk.room = room;
      const message = new RegExp("^Cannot write .*: the disk is full: free some space and resume\\.$");
      assert.throws(
        () => {
          writeIteration(store, 1);
          writeCheckpointOf(store, 1);
        },
        (error) => error instanceof DiskError && message.test(error.message),
        `room for ${room}`,
      );
      assert.deepEqual(listCheckpoints(run.paths), [0]);
      assert.deepEqual(readdirSync(run.paths.checkpoints), ["000000"]);
      disk.room = Infinity;
      store.rewind();
      assert.deepEqual(iterationsIn(run), [0]);
    }
    writeIteration(store, 1);
    assert.ok(writeCheckpointOf(store, 1));
    store.appendIntervention(change(2));
    disk.room = 10;
    assert.throws(() => store.appendIntervention(change(3)), DiskError);
    store.dispose();
    assert.deepEqual(iterationsIn(run), [0, 1]);
    assert.deepEqual(readInterventions(run.paths).values, [change(2)]);
    assert.deepEqual(good(readCheckpoint(checkpointFolder(run.paths, 1))).state, stateOf(1));
  });

  it("wherever the disk stops taking anything, the last acknowledged checkpoint is what the run goes on from", () => {
    const acknowledged = { checkpoint: -1 };
    const work = (store: RunStore): void => {
      for (let iteration = 0; iteration <= 1; iteration++) {
        writeIteration(store, iteration);
        if (writeCheckpointOf(store, iteration, iteration, 1)) acknowledged.checkpoint = iteration;
        store.setStatus({ state: "running", iteration, iterations: 1, progress: null, heartbeat: "t", reason: null }); // prettier-ignore
      }
    };
    let failures = 0;
    for (let nth = 1; ; nth++) {
      acknowledged.checkpoint = -1;
      const run = newFakeRun(project);
      const store = RunStore.open(run.paths.folder, failingDisk(nth));
      if (isProblem(store)) {
        assert.match(store.message, /^Cannot write .*: the disk is full/);
        failures++;
        continue;
      }
      try {
        work(store);
        store.dispose();
        break;
      } catch (error) {
        assert.ok(error instanceof DiskError && /^Cannot write .*: the disk is full/.test(error.message));
        failures++;
      }
      store.dispose();
      const again = open(run);
      const checkpoint = good(again.rewind());
      // A checkpoint may be whole although its writer was told otherwise; none that was acknowledged is lost.
      const found = checkpoint?.state.iteration ?? -1;
      assert.ok(
        found >= acknowledged.checkpoint,
        `call ${nth}: ${found}, acknowledged ${acknowledged.checkpoint}`,
      );
      if (checkpoint) assert.deepEqual(checkpoint.state, stateOf(found));
      assert.deepEqual(iterationsIn(run), [0, 1].slice(0, found + 1), `call ${nth}`);
      again.dispose();
    }
    assert.ok(failures > 30, `${failures} places`);
  });
});
