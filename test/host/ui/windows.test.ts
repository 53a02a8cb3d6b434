// Two windows on one project, and trainers that outlive the last one.
import assert from "node:assert/strict";
import { isProblem } from "../../../extension/protocol/problem";
import { readQueue } from "../../../extension/runs/queue";
import { readMetrics, readStatus, type Run } from "../../../extension/runs/runFolder";
import { withWindow, type EditorWindow } from "../support/editorWindow";
import { longProject } from "../support/longProject";
import { inState, runsOf, stateOf } from "../support/runsOfProject";
import { endSession } from "../support/session";
import { hostOf, stopRun, trainerOf, trainingTimes, untilGone, untilOlder } from "../support/trainers";
import { until } from "../support/until";

after(endSession);

/** Sooner than anything else in these tests goes away. */
const graceSeconds = 3;
const settings = { "rlhf.trainer.graceSeconds": graceSeconds };

describe("two windows on one project", function () {
  this.timeout(300_000);

  if (process.env.RLHF_FULL_TESTS)
    it("follow the same run, share one queue, and a run outlives the window that started it", async () => {
      const folder = await longProject("windows");
      const sft = (state: string): readonly Run[] => inState(folder, "sft", state);
      await withWindow({ folder, settings }, async (second) => {
        await second.openContainer("RLHF");
        let host = 0;
        await withWindow({ folder, settings }, async (first) => {
          await first.openContainer("RLHF");
          const run = await trains(first, folder);
          host = hostOf(run);
          await isFollowed(second, run);
          // Both at once while it trains: two more wait, and both windows say so.
          await Promise.all([first, second].map((window) => window.runCommand("RLHF: Train SFT")));
          await until(() => readQueue(folder).length === 2, "two runs in the queue");
          for (const window of [first, second]) await window.treeItem(/number 2 in the queue/).waitFor();
          await second.screenshot("two-windows");
          assert.equal(sft("running").length, 1);
          // The window that did not start it stops it; both hear of the end at the same moment.
          await stopRun(second);
          await until(() => stateOf(run) === "stopped", "the end of the first run");
          await until(() => sft("running").length === 1, "the next run");
          assert.equal(readQueue(folder).length, 1);
          for (const window of [first, second]) await window.treeItem(/number 1 in the queue/).waitFor();
        });
        await untilGone(host, "the first window's extension host");
        const [run] = sft("running");
        await untilOlder(run, 2 * graceSeconds);
        await isFollowed(second, run);
        await stopRun(second);
        await until(() => readQueue(folder).length === 0, "the second window's queue to go on");
        await until(() => sft("running").length === 1, "the last run");
        assert.notEqual(sft("running")[0].manifest.id, run.manifest.id);
      });
      await until(() => sft("running").length === 0, "the end after the last window", 60_000);
      assert.equal(sft("stopped").length, 3);
      trainedOneByOne(folder);
    });

  // With the long tests: the lock and the turns have tests of their own.
  if (process.env.RLHF_FULL_TESTS)
    it("start one trainer when both are asked at the same moment and nothing trains yet", async () => {
      const folder = await longProject("moment");
      await withWindow({ folder, settings }, (first) =>
        withWindow({ folder, settings }, async (second) => {
          const windows = [first, second];
          for (const window of windows) await window.openContainer("RLHF");
          for (let round = 1; round <= 3; round++) {
            for (const window of windows) await window.findCommand("RLHF: Train SFT");
            await Promise.all(windows.map(({ page }) => page.keyboard.press("Enter")));
            const prepared = (): number => runsOf(folder).filter(isSft).length;
            await until(() => prepared() === 2 * round, "two prepared runs");
            for (const left of [1, 0]) {
              await until(() => inState(folder, "sft", "running").length > 0, "a running SFT");
              await until(() => readQueue(folder).length === left, `${left} in the queue`);
              const [run] = inState(folder, "sft", "running");
              await stopRun(first);
              await until(() => stateOf(run) === "stopped", "the end of the run");
            }
          }
        }),
      );
      trainedOneByOne(folder);
    });
});

// With the long tests, as its parts are each tested by themselves.
if (process.env.RLHF_FULL_TESTS)
  describe("rlhf.trainer.keepRunning", function () {
    this.timeout(200_000);

    it("lets a run train on without any window; the next one shows it and can stop it", async () => {
      const folder = await longProject("keep");
      const keep = { ...settings, "rlhf.trainer.keepRunning": true };
      let run: Run | undefined;
      let host = 0;
      await withWindow({ folder, settings: keep }, async (window) => {
        await window.openContainer("RLHF");
        run = await trains(window, folder);
        host = hostOf(run);
      });
      assert.ok(run);
      const trainer = trainerOf(run);
      await untilGone(host, "the window's extension host");
      await untilOlder(run, 2 * graceSeconds);
      assert.equal(trainerOf(run), trainer);
      const alone = run;
      await withWindow({ folder, settings }, async (window) => {
        await window.openContainer("RLHF");
        await isFollowed(window, alone);
        await stopRun(window);
        await until(() => stateOf(alone) === "stopped", "the stop");
        await window
          .treeItem(/stopped/)
          .first()
          .waitFor();
      });
      const status = readStatus(run.paths);
      assert.ok(!isProblem(status));
      assert.doesNotMatch(status.reason ?? "", /nobody was connected/);
      trainedOneByOne(folder);
    });
  });

const isSft = ({ manifest }: Run): boolean => manifest.stage === "sft";

/** Starts SFT in a window, and gives the run once it trains. */
async function trains(window: EditorWindow, folder: string): Promise<Run> {
  await window.runCommand("RLHF: Train SFT");
  await until(() => inState(folder, "sft", "running").length === 1, "a running SFT");
  return inState(folder, "sft", "running")[0];
}

/** Waits until a window shows a run as running, and then something new of it. */
async function isFollowed(window: EditorWindow, run: Run): Promise<void> {
  const item = window.treeItem(/running/).first();
  await item.waitFor();
  const before = await item.innerText();
  const lines = readMetrics(run.paths).values.length;
  await until(() => readMetrics(run.paths).values.length > lines + 2, "further iterations");
  for (let i = 0; i < 100 && (await item.innerText()) === before; i++) await window.page.waitForTimeout(200);
  assert.notEqual(await item.innerText(), before);
}

/** No two runs trained at the same time, each had one trainer, and no iteration is missing or there twice. */
function trainedOneByOne(folder: string): void {
  const runs = runsOf(folder).filter(isSft);
  const times = runs.flatMap(trainingTimes).sort(([a], [b]) => a - b);
  assert.equal(times.length, runs.length, "a run trained twice");
  times.slice(1).forEach(([from], i) => assert.ok(from >= times[i][1], JSON.stringify(times)));
  for (const { paths } of runs) {
    const iterations = readMetrics(paths).values.map(({ iteration }) => iteration);
    assert.deepEqual(
      iterations,
      iterations.map((_, i) => i),
    );
  }
}
