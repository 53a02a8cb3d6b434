// What the metrics page takes to come back with 12 charts of 100,000 points, and whether its memory stays flat over an hour of updates.
import { metricsOf } from "../../extension/protocol/metrics";
import { firstView } from "../../extension/protocol/metricsMessages";
import { startBrowser } from "../host/support/browser";
import { aboutOf, metricTextExamples, runId } from "../support/metricStates";
import { openPanel } from "../support/panelPage";
import { webviewProtocolVersion as version } from "../../extension/protocol/webviewProtocol";

const points = 100_000;
const charts = 12;
const times = 7;
/** An hour at ten a second. */
const updates = 36_000;

/** Made inside the page, as structured cloning brings it there. */
const makeState = (names: readonly string[], rows: number): string => `(() => {
  const columns = Object.fromEntries(${JSON.stringify(names)}.map((name, k) => [
    name, Float64Array.from({ length: ${rows} }, (_, i) => Math.sin(i / (50 + k)) + i / ${rows}),
  ]));
  const iterations = Float64Array.from({ length: ${rows} }, (_, i) => i);
  const state = { project: "/p", view: ${JSON.stringify(firstView)}, runs: [{ about: ${JSON.stringify(aboutOf(1))}, columns: { iterations, values: columns } }] };
  return { type: "hydrate", version: ${version}, texts: ${JSON.stringify(metricTextExamples())}, state };
})()`;

/** Prints the median and worst time from the message to the drawn charts in view, and the memory before and after an hour's updates. */
export async function measure(): Promise<void> {
  const browser = await startBrowser();
  const names = metricsOf("ppo").slice(0, charts);
  try {
    const waits: number[] = [];
    for (let i = 0; i < times; i++) {
      const { page } = await openPanel(browser, "metrics", { width: 1400, height: 1000 });
      waits.push(
        await page.evaluate<number>(`new Promise((resolve) => {
          const message = ${makeState(names, points)};
          const start = performance.now();
          window.postMessage(message, "*");
          const drawn = () => {
            const inView = [...document.querySelectorAll("section.figure:not(.hidden)")].filter((each) => each.getBoundingClientRect().top < innerHeight);
            return inView.length > 0 && inView.every((each) => each.querySelector("canvas.u-canvas, .u-wrap canvas") !== null);
          };
          const look = () => (drawn() ? resolve(performance.now() - start) : setTimeout(look, 1));
          look();
        })`),
      );
      await page.context().close();
    }
    waits.sort((a, b) => a - b);
    console.log(
      `${charts} charts of ${points} points: ${waits[times >> 1].toFixed(0)} ms to show (worst of ${times}: ${waits[times - 1].toFixed(0)})`,
    );
    await measureHour();
  } finally {
    await browser.close();
  }

  /** One row an update, as a run reports it; the page may draw between them. */
  async function measureHour(): Promise<void> {
    const { page } = await openPanel(browser, "metrics", { width: 1400, height: 1000 });
    const session = await page.context().newCDPSession(page);
    const heap = async (): Promise<number> => {
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize, backingStorageSize = 0 } = (await session.send("Runtime.getHeapUsage")) as {
        readonly usedSize: number;
        readonly backingStorageSize?: number;
      };
      return (usedSize + backingStorageSize) / 2 ** 20;
    };
    await page.evaluate(`window.postMessage(${makeState(names, 100)}, "*")`);
    await page.locator("canvas").first().waitFor();
    const sizes = [await heap()];
    let row = 100;
    for (let part = 0; part < 4; part++) {
      await page.evaluate(`(async () => {
        for (let row = ${row}; row < ${row + updates / 4}; row++) {
          const values = Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, Float64Array.of(row % 7)]));
          const columns = { iterations: Float64Array.of(row), values };
          window.postMessage({ type: "delta", delta: { type: "columns", id: "${runId(1)}", from: row, columns } }, "*");
          if (row % 200 === 0) await new Promise((resolve) => requestAnimationFrame(resolve));
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
      })()`);
      row += updates / 4;
      sizes.push(await heap());
    }
    const rows = (charts + 1) * 8 * updates;
    console.log(
      `memory over ${updates} updates: ${sizes.map((size) => size.toFixed(1)).join(" → ")} MB; the rows themselves are ${(rows / 2 ** 20).toFixed(1)} MB`,
    );
  }
}
