import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { isProblem, type Problem } from "../../extension/protocol/problem";
import type { TrainerMessage } from "../../extension/protocol/trainerProtocol";
import { listCheckpoints } from "../../extension/runs/checkpoints";
import {
  readEndpoint,
  readInterventions,
  readMetrics,
  readStatus,
  type Run,
} from "../../extension/runs/runFolder";
import { TrainerConnection } from "../../extension/runs/trainerConnection";
import type { FakeSettings } from "../support/fakeStage";
import { good, newFakeRun, promisedContent, removeProject, temporaryProject } from "../support/fakeRuns";
import { attachTo, exitOf, launchFake } from "../support/fakeTrainer";
import { RawClient } from "../support/rawClient";
import { skipBecause } from "../support/skip";

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("a trainer and its clients", function () {
  this.timeout(60_000);
  let project: string;
  let children: ChildProcess[] = [];
  before(() => (project = temporaryProject()));
  after(() => removeProject(project));
  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map(exitOf));
    children = [];
  });

  function launch(run: Run, options: Parameters<typeof launchFake>[2] = {}): ChildProcess {
    const child = launchFake(project, run, options);
    children.push(child);
    return child;
  }

  /** A run that waits for its start, so that no event is missed, with a client attached. */
  async function held(settings: Partial<FakeSettings> = {}) {
    const run = newFakeRun(project, settings);
    const child = launch(run, { hold: true });
    const events: TrainerMessage[] = [];
    const client = await attachTo(run, (event) => events.push(event));
    return { run, child, events, client };
  }

  /** Waits until an event says so. */
  async function until(
    events: readonly TrainerMessage[],
    is: (event: TrainerMessage) => boolean,
  ): Promise<void> {
    while (!events.some(is)) await pause(2);
  }

  /** Runs to its end without anyone looking on. */
  async function finish(run: Run): Promise<void> {
    const code = await exitOf(launch(run));
    assert.equal(code, 0, readFileSync(run.paths.log, "utf8").slice(-1000));
  }

  async function undisturbed(settings: Partial<FakeSettings>): Promise<Readonly<Record<string, string>>> {
    const run = newFakeRun(project, settings);
    await finish(run);
    return promisedContent(run.paths);
  }

  const messageOf = (value: unknown): string => {
    assert.ok(isProblem(value), JSON.stringify(value));
    return value.message;
  };

  it("waits for its start, then every event equals what is on disk, to the end", async () => {
    const { run, child, events, client } = await held({ iterations: 6 });
    assert.deepEqual(
      [client.ready.state, client.ready.iteration, client.ready.run, client.ready.stage],
      ["queued", -1, run.manifest.id, "ppo"],
    );
    const status = good(await client.request("status", {}));
    assert.deepEqual([status.state, status.iterations, status.progress], ["queued", 0, null]);
    assert.deepEqual(status.hyperparameters, { klCoef: 0.1, learningRate: 0.5 });
    assert.deepEqual(good(await client.request("start", {})), { state: "running", iteration: -1 });
    assert.equal(await exitOf(child), 0);
    await client.closed;

    const lines = readMetrics(run.paths).values;
    assert.deepEqual(
      lines.map(({ iteration }) => iteration),
      [0, 1, 2, 3, 4, 5, 6],
    );
    const sent = events.flatMap((event) =>
      event.type === "iteration"
        ? [{ iteration: event.iteration, values: event.values, warnings: event.warnings }]
        : [],
    );
    assert.deepEqual(sent, lines);
    assert.equal(events.filter(({ type }) => type === "progress").length, 6 * 3);
    assert.deepEqual(events.at(-1), { type: "finished", iterations: 6, figures: { best: 6 } });
    assert.equal(good(readStatus(run.paths)).state, "finished");
    assert.ok(!existsSync(run.paths.endpoint), "the endpoint outlives the trainer");
  });

  it("refuses another protocol's client with a sentence for both sides, and goes on", async () => {
    const { run, client } = await held();
    const raw = new RawClient(good(readEndpoint(run.paths)));
    raw.hello({ protocolVersion: 7, token: undefined });
    const { problem, message } = await raw.next("refused");
    assert.equal(problem, "protocolMismatch");
    assert.match(message, /^The trainer speaks protocol 1 and the client protocol 7: use the same version/);
    await raw.closed;
    // A client sees it in the endpoint's file without a word to the trainer.
    const text = readFileSync(run.paths.endpoint, "utf8");
    writeFileSync(run.paths.endpoint, text.replace('"protocolVersion":1', '"protocolVersion":7'));
    const attached = await TrainerConnection.attach(run.paths, "test", () => undefined);
    assert.ok(isProblem(attached) && attached.problem === "protocolMismatch");
    assert.equal(good(await client.request("status", {})).state, "queued");
  });

  it("refuses a wrong token, and a first message that is no hello", async () => {
    const { run, client } = await held();
    const endpoint = good(readEndpoint(run.paths));
    for (const token of ["0".repeat(32), "", endpoint.token.slice(1)]) {
      const raw = new RawClient(endpoint);
      raw.hello({ token });
      assert.equal((await raw.next("refused")).message, "The token is not this trainer's: read the run's endpoint.json again."); // prettier-ignore
      await raw.closed;
    }
    const raw = new RawClient(endpoint);
    raw.send({ type: "request", id: 1, name: "stop", body: {} });
    assert.equal((await raw.next("refused")).message, "The first message must be hello.");
    await raw.closed;
    assert.equal(good(await client.request("status", {})).state, "queued");
  });

  it("answers every malformed message with a problem and goes on listening to that client", async () => {
    const { run } = await held();
    const raw = new RawClient(good(readEndpoint(run.paths)));
    raw.hello();
    await raw.next("ready");
    const bad = ["", "{", "[]", "null", '{"type":"?"}', '{"type":"request"}', '{"type":"request","id":-1,"name":"stop","body":{}}']; // prettier-ignore
    for (let i = 0; i < 210; i++) raw.sendText(bad[i % bad.length]);
    for (let i = 0; i < 210; i++) assert.ok((await raw.next("refused")).message.endsWith("."));
    raw.send({ type: "request", id: 8, name: "generate", body: { prompt: 1 } });
    const error = await raw.next("error");
    assert.deepEqual([error.id, error.problem], [8, "malformed"]);
    raw.send({ type: "request", id: 9, name: "status", body: {} });
    assert.equal((await raw.next("ok")).id, 9);
    // A message that is too long cannot be skipped: the connection ends, the trainer does not.
    raw.sendBytes(Uint8Array.of(255, 255, 255, 255));
    assert.equal((await raw.next("refused")).problem, "tooLarge");
    await raw.closed;
    const again = await attachTo(run);
    assert.equal(again.ready.state, "queued");
  });

  it("pauses within one step, holds, and goes on to the bytes of an undisturbed run", async () => {
    const settings = { iterations: 5, stepMilliseconds: 20 };
    const expected = await undisturbed(settings);
    const { run, child, events, client } = await held(settings);
    await client.request("start", {});
    await until(events, (event) => event.type === "progress" && event.done >= 4);
    const steps = (): number => events.filter(({ type }) => type === "progress").length;
    const before = steps();
    const { state, iteration } = good(await client.request("pause", {}));
    assert.deepEqual([state, iteration], ["paused", 1]);
    assert.ok(steps() - before <= 1, `${steps() - before} steps after the request`);
    const heldAt = steps();
    await pause(150);
    assert.equal(steps(), heldAt, "steps while paused");
    assert.equal(good(await client.request("status", {})).state, "paused");
    assert.equal(good(readStatus(run.paths)).state, "paused");
    assert.equal(good(await client.request("resume", {})).state, "running");
    assert.equal(await exitOf(child), 0);
    assert.deepEqual(promisedContent(run.paths), expected);
  });

  it("a stop in mid-iteration leaves a checkpoint of the last boundary, and resuming gives the bytes of an undisturbed run", async () => {
    const settings = { iterations: 7, stepMilliseconds: 15 };
    const expected = await undisturbed(settings);
    const { run, child, events, client } = await held(settings);
    await client.request("start", {});
    await until(events, (event) => event.type === "progress" && event.done === 14); // in iteration 5
    const { checkpoint } = good(await client.request("stop", {}));
    assert.equal(await exitOf(child), 3);
    assert.equal(checkpoint, 4);
    assert.deepEqual(listCheckpoints(run.paths), [3, 4]);
    const status = good(readStatus(run.paths));
    assert.deepEqual([status.state, status.iteration, status.reason], ["stopped", 4, "it was asked to stop"]);
    await finish(run);
    assert.deepEqual(promisedContent(run.paths), {
      ...expected,
      checkpoints: promisedContent(run.paths).checkpoints,
    });
  });

  it("a live change is recorded, takes effect at the next iteration, and is replayed after kill -9", async () => {
    const settings = { iterations: 8, stepMilliseconds: 15 };
    const { run, child, events, client } = await held(settings);
    await client.request("start", {});
    await until(events, (event) => event.type === "progress" && event.done === 5); // in iteration 2
    await client.request("pause", {});
    const change = good(
      await client.request("setHyperparameters", { who: "Ada", changes: { learningRate: 0.125 } }),
    );
    assert.deepEqual(
      [change.who, change.iteration, change.changes],
      ["Ada", 3, [{ key: "learningRate", old: 0.5, new: 0.125 }]],
    );
    assert.deepEqual(readInterventions(run.paths).values, [change]);
    await until(events, (event) => event.type === "hyperparametersChanged");
    await client.request("resume", {});
    await until(events, (event) => event.type === "iteration" && event.iteration === 4);
    child.kill("SIGKILL");
    assert.equal(await exitOf(child), null);
    assert.equal(good(readStatus(run.paths)).state, "interrupted");
    await finish(run);
    const rates = readMetrics(run.paths).values.map(({ values }) => values["policy/learningRate"]);
    assert.deepEqual(rates, [0.5, 0.5, 0.5, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125]);
    // The same change known from the start gives the same bytes.
    const other = newFakeRun(project, settings);
    writeFileSync(other.paths.interventions, readFileSync(run.paths.interventions));
    await finish(other);
    assert.deepEqual(promisedContent(run.paths), promisedContent(other.paths));
  });

  it("refuses a live change that is not allowed, and records nothing", async () => {
    const { run, client } = await held();
    const change = (changes: Readonly<Record<string, number>>): Promise<unknown> =>
      client.request("setHyperparameters", { who: "Ada", changes });
    assert.match(
      messageOf(await change({ clipRange: 1 })),
      /^ppo\.clipRange cannot change while the run goes on/,
    );
    assert.match(messageOf(await change({ klCoef: 1, learningRate: 7 })), /^ppo\.learningRate must be a number from 0 to 1/); // prettier-ignore
    assert.deepEqual(readInterventions(run.paths).values, []);
  });

  it("answers what its stage can, and says what it cannot", async () => {
    const { events, client } = await held({ iterations: 400, stepMilliseconds: 2 });
    const question = { prompt: "a", response: "b" };
    assert.match(messageOf(await client.request("inspectTokens", question)), /^A run of the stage ppo cannot inspect tokens before it has begun\.$/); // prettier-ignore
    assert.match(
      messageOf(await client.request("checkpoint", {})),
      /^There is nothing to save before iteration 0/,
    );
    assert.match(
      messageOf(await client.request("resume", {})),
      /^The run is queued; it must be paused for that\.$/,
    );
    await client.request("start", {});
    await until(events, (event) => event.type === "iteration" && event.iteration === 1);
    assert.deepEqual(
      good(await client.request("score", { prompt: "a", responses: ["x", "yyy"] })).scores,
      [1, 3],
    );
    assert.match(messageOf(await client.request("inspectTokens", question)), /^A run of the stage ppo cannot inspect tokens\.$/); // prettier-ignore
    const { checkpoint } = good(await client.request("checkpoint", {}));
    await until(events, (event) => event.type === "checkpointSaved" && event.checkpoint === checkpoint);
  });

  it("requests that are open when the process dies are rejected with a sentence, and so are later ones", async () => {
    const { run, child, events, client } = await held({ iterations: 50, stepMilliseconds: 400 });
    await client.request("start", {});
    await until(events, ({ type }) => type === "progress");
    const open = [client.request("pause", {}), client.request("checkpoint", {}), client.request("score", { prompt: "", responses: [] })]; // prettier-ignore
    child.kill("SIGKILL");
    for (const answer of await Promise.all(open)) {
      assert.ok(isProblem(answer) && answer.problem === "connectionLost");
      assert.equal(
        answer.message,
        "The trainer has closed the connection; the run's files say how it ended.",
      );
    }
    await client.closed;
    assert.equal(((await client.request("status", {})) as Problem).problem, "connectionLost");
    const attached = await TrainerConnection.attach(run.paths, "test", () => undefined);
    assert.match(messageOf(attached), /^No trainer listens there any more: it has ended or was killed\.$/);
  });

  it("requests that wait when the run stops are answered", async () => {
    const { child, events, client } = await held({ iterations: 50, stepMilliseconds: 100 });
    await client.request("start", {});
    await until(events, (event) => event.type === "progress" && event.done > 3);
    const answers = await Promise.all([
      client.request("stop", {}),
      client.request("stop", {}),
      client.request("score", { prompt: "a", responses: ["b"] }),
    ]);
    assert.equal(await exitOf(child), 3);
    assert.deepEqual(answers, [{ checkpoint: 1 }, { checkpoint: 1 }, { scores: [1] }]);
  });

  it("is the only writer: a second trainer ends with a sentence, and the first goes on", async () => {
    const { run, client } = await held();
    const second = launch(run);
    assert.equal(await exitOf(second), 1);
    assert.match(
      readFileSync(run.paths.log, "utf8"),
      /is being written by process \d+: stop it there first, or attach to it\./,
    );
    assert.equal(good(await client.request("status", {})).state, "queued");
  });

  it("waits for its first client beyond the grace time; checkpoints and ends when nobody is connected any more", async () => {
    const run = newFakeRun(project, { iterations: 100_000, stepMilliseconds: 5 });
    const child = launch(run, { graceSeconds: 0.3 });
    const isOlder = (): boolean => good(readStatus(run.paths)).iteration > 10;
    while (!isOlder()) await new Promise((resolve) => setTimeout(resolve, 20));
    (await attachTo(run)).dispose();
    assert.equal(await exitOf(child), 3);
    const status = good(readStatus(run.paths));
    assert.deepEqual([status.state, status.reason], ["stopped", "nobody was connected for 0.3 seconds"]);
    assert.equal(listCheckpoints(run.paths).at(-1), status.iteration);
  });

  it("checkpoints and ends on a signal", async function () {
    if (process.platform === "win32") skipBecause(this, "Windows has no signals between processes");
    const { run, child, events, client } = await held({ iterations: 1000, stepMilliseconds: 5 });
    await client.request("start", {});
    await until(events, (event) => event.type === "iteration" && event.iteration === 2);
    child.kill("SIGTERM");
    assert.equal(await exitOf(child), 3);
    const status = good(readStatus(run.paths));
    assert.deepEqual([status.state, status.reason], ["stopped", "it received SIGTERM"]);
    assert.equal(listCheckpoints(run.paths).at(-1), status.iteration);
  });

  it("stops at weights that are not numbers, keeps the last good checkpoint and says so", async () => {
    const { run, child, events, client } = await held({ iterations: 9, nanAt: 5 });
    await client.request("start", {});
    assert.equal(await exitOf(child), 1);
    const sentence = /^After iteration 5 policy\/wte\.weight is not a number any more: the last good checkpoint was kept; lower the learning rate and branch from it\.$/; // prettier-ignore
    const status = good(readStatus(run.paths));
    assert.equal(status.state, "failed");
    assert.match(status.reason ?? "", sentence);
    const failed = events.find(({ type }) => type === "failed");
    assert.ok(failed?.type === "failed" && failed.iteration === 5);
    assert.match(failed.message, sentence);
    assert.deepEqual(readdirSync(run.paths.checkpoints), ["000003"]);
    await client.closed;
  });

  it("turns a throw of the stage into a failed run with iteration and stack on disk", async () => {
    const { run, child, client } = await held({ iterations: 9, throwAt: 4 });
    await client.request("start", {});
    assert.equal(await exitOf(child), 1);
    const failure = JSON.parse(readFileSync(run.paths.failure, "utf8")) as Readonly<Record<string, unknown>>;
    assert.deepEqual([failure.iteration, failure.message], [4, "the fake stage was told to throw"]);
    assert.match(String(failure.stack), / at train /);
    assert.equal(good(readStatus(run.paths)).reason, "the fake stage was told to throw");
  });
});
