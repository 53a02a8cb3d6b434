import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { readStatus, type Run } from "../../extension/runs/runFolder";
import { good, newFakeRun, promisedContent, removeProject, temporaryProject } from "../support/fakeRuns";
import { exitOf, launchFake } from "../support/fakeTrainer";

const interventions =
  ['{"time":"t","who":"test","iteration":5,"changes":[{"key":"learningRate","old":0.5,"new":0.25}]}']
    .concat(
      '{"time":"t","who":"test","iteration":11,"changes":[{"key":"learningRate","old":0.25,"new":0.75}]}',
    )
    .join("\n") + "\n";

describe("a trainer killed with kill -9", function () {
  let project: string;
  before(() => (project = temporaryProject()));
  after(() => removeProject(project));

  const begin = (): Run => {
    const run = newFakeRun(project);
    writeFileSync(run.paths.interventions, interventions);
    return run;
  };

  async function undisturbed(): Promise<Readonly<Record<string, string>>> {
    const run = begin();
    assert.equal(await exitOf(launchFake(project, run)), 0);
    return promisedContent(run.paths);
  }

  it("a hundred times, anywhere in its writes or at any time, resumes to the bytes of an undisturbed run", async function () {
    this.timeout(180_000);
    const expected = await undisturbed();
    let seed = 20260131;
    const draw = (n: number): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;
    let kills = 0;
    let runs = 0;
    while (kills < 100) {
      const run = begin();
      for (let finished = false; !finished;) {
        // Every other time inside a call to the disk, else whenever it happens to be.
        const inside = draw(2) === 0;
        const environment = inside ? { KILL_AT_CALL: String(2 + draw(160)) } : {};
        const child = launchFake(project, run, { environment });
        const timer = inside ? undefined : setTimeout(() => child.kill("SIGKILL"), 60 + draw(120));
        const code = await exitOf(child);
        clearTimeout(timer);
        if (code === null) kills++;
        // A kill may come after the end is on disk: then there is nothing left to resume.
        finished = code === 0 || good(readStatus(run.paths)).state === "finished";
        const said = readFileSync(run.paths.log, "utf8").slice(-500);
        assert.ok(
          finished || code === null,
          `the trainer ended with ${code} instead of being killed: ${said}`,
        );
      }
      runs++;
      assert.deepEqual(promisedContent(run.paths), expected, `run ${runs} after ${kills} kills`);
    }
    console.log(`      ${kills} kills in ${runs} runs`);
  });

  it("shows as interrupted", async () => {
    const run = begin();
    await exitOf(launchFake(project, run, { environment: { KILL_AT_CALL: "60" } }));
    const status = good(readStatus(run.paths));
    assert.equal(status.state, "interrupted");
  });
});
