// Reports as files in a real browser: HTML alone, which allows itself nothing, and the charts of Markdown as pictures.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { inEnglish } from "../../extension/protocol/fieldValue";
import { makeReport, writeReport } from "../../extension/report/writeReport";
import { startBrowser } from "../host/support/browser";
import { repository } from "../host/support/installed";
import { good, removeProject, temporaryProject } from "../support/fakeRuns";
import { hostile, writeReportProject } from "../support/reportProject";

const axe = readFileSync(join(repository, "node_modules/axe-core/axe.min.js"), "utf8");
const words = { t: inEnglish, problem: (message: string) => message, language: "en" };

const looks = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  contrast: { colorScheme: "dark", forcedColors: "active" },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;

describe("a report in a browser", function () {
  this.timeout(120_000);
  const screenshots = process.env.RLHF_SCREENSHOTS;
  let browser: Browser;
  let project = "";
  let files: readonly string[] = [];
  before(async () => {
    browser = await startBrowser();
    project = temporaryProject();
    const { ppo } = writeReportProject(project, hostile);
    files = [ppo, "pipeline"].flatMap((about) => {
      const report = good(makeReport(project, about, words));
      return writeReport(
        report,
        { folder: join(project, "reports"), name: about, formats: ["html", "md"] },
        words,
      );
    });
  });
  after(async () => {
    await browser.close();
    removeProject(project);
  });

  const open = async (
    file: string,
    options: BrowserContextOptions,
  ): Promise<{
    readonly page: Page;
    readonly complaints: readonly string[];
    readonly requests: readonly string[];
  }> => {
    const page = await (await browser.newContext(options)).newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(`file://${encodeURI(file)}`);
    return { page, complaints, requests };
  };

  it("runs nothing, asks for nothing and is accessible, in light, dark and high contrast, wide and narrow", async () => {
    for (const file of files.filter((name) => name.endsWith(".html")))
      for (const [look, options] of Object.entries(looks))
        for (const width of [1000, 320]) {
          const { page, complaints, requests } = await open(file, {
            ...options,
            viewport: { width, height: 800 },
          });
          const about = `${basename(file).slice(0, 8)} ${look} ${width}`;
          if (screenshots !== undefined) {
            mkdirSync(screenshots, { recursive: true });
            const path = `${screenshots}/report-${about.replaceAll(" ", "-")}.png`;
            await page.screenshot({ path, fullPage: true });
          }
          assert.deepEqual(complaints, [], about);
          assert.equal(requests.length, 1, `${about}: ${requests.join()}`);
          assert.equal(await page.evaluate("globalThis.broken"), undefined);
          assert.equal(
            await page.locator("script, img, iframe, object, embed, form, a[href^='javascript:']").count(),
            0,
          );
          const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
          assert.ok(overflow <= 0, `${about}: ${overflow} pixels too wide`);
          await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
          await page.evaluate(axe);
          const found = await page.evaluate<{ passes: number; violations: unknown }>(
            `axe.run().then(({ passes, violations }) => ({ passes: passes.length, violations: violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => html + failureSummary).slice(0, 3)]) }))`,
          );
          assert.deepEqual(found.violations, [], about);
          assert.ok(found.passes > 10);
          await page.context().close();
        }
  });

  it("a script that somebody writes into it does not run, because of its policy", async () => {
    const { page, complaints } = await open(files[0], {});
    await page.evaluate(`{
      const script = document.createElement("script");
      script.textContent = "globalThis.broken = 3";
      document.body.append(script);
    }`);
    assert.equal(await page.evaluate("globalThis.broken"), undefined);
    assert.match(complaints.join(), /Content Security Policy/);
    await page.context().close();
  });

  it("a chart keeps a spike, leaves a gap where there is no number, and says the same as its table", async () => {
    const { page } = await open(files[0], { viewport: { width: 1000, height: 800 } });
    const chart = page
      .locator("figure", { has: page.locator("svg title", { hasText: "objective/score" }) })
      .first();
    const box = await page.evaluate<{ readonly y: number; readonly height: number }>(
      '(({ y, height }) => ({ y, height }))(document.querySelector("figure svg g path").getBBox())',
    );
    // From the lowest to the highest value the line takes the whole height of the plot.
    assert.ok(Math.abs(box.y - 34) < 1 && Math.abs(box.height - 290) < 1, JSON.stringify(box));
    assert.match((await chart.locator("desc").textContent()) ?? "", /least −0\.\d+, most 30\./);
    await chart.locator("summary").click();
    assert.ok((await chart.locator("td", { hasText: /^30$/ }).count()) > 0, "the spike is in the table");
    const reward = page.locator("figure", {
      has: page.locator("svg title", { hasText: "rewardPerSequence" }),
    });
    const line = (await reward.locator("svg g path").first().getAttribute("d")) ?? "";
    assert.equal(line.split("M").length - 1, 2, "a gap");
    assert.equal(await reward.locator("svg rect[width='2']").count(), 1, "a mark where it is");
    assert.match(
      (await reward.locator("figcaption").textContent()) ?? "",
      /Not a finite number in 1 iterations/,
    );
    await page.context().close();
  });

  it("the pictures of the Markdown show by themselves, in light and dark", async () => {
    const markdown = readFileSync(files[1], "utf8");
    const names = [...markdown.matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)].map(([, address]) => address);
    assert.ok(names.length >= 5, "five charts");
    for (const [look, colors] of [
      ["light", "rgb(255, 255, 255)"],
      ["dark", "rgb(30, 30, 30)"],
    ] as const) {
      const { page, complaints } = await open(join(project, "reports", names[0]), { colorScheme: look });
      const fill = await page.evaluate('getComputedStyle(document.querySelector("rect")).fill');
      assert.equal(fill, colors);
      assert.deepEqual(complaints, []);
      await page.context().close();
    }
  });
});
