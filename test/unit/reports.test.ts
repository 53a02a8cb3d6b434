import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipelineRuns } from "../../extension/project/pipelineRuns";
import { encodeJson } from "../../extension/protocol/codec";
import { inEnglish } from "../../extension/protocol/fieldValue";
import { isProblem } from "../../extension/protocol/problem";
import type { LabelItem } from "../../extension/protocol/rankingFormat";
import { reportHtml } from "../../extension/report/htmlReport";
import { inlineImage, reportMarkdown } from "../../extension/report/markdownReport";
import type { Report, Section } from "../../extension/report/reportParts";
import { makeReport, writeReport } from "../../extension/report/writeReport";
import { listRuns, type Run } from "../../extension/runs/runFolder";
import { good, removeProject, temporaryProject } from "../support/fakeRuns";
import { writeRun } from "../support/manyRuns";
import { hostile, runOf, writeReportProject, type ReportProject } from "../support/reportProject";

const words = { t: inEnglish, problem: (message: string) => message, language: "en" };

describe("reports", () => {
  let project: string;
  beforeEach(() => (project = temporaryProject()));
  afterEach(() => removeProject(project));

  const make = (about: string): Report => good(makeReport(project, about, words));
  const sectionOf = (report: Report, title: RegExp): Section => {
    const found = report.sections.find((section) => title.test(section.title));
    assert.ok(found, `${String(title)} is not among ${report.sections.map((one) => one.title).join(", ")}`);
    return found;
  };

  it("of a run: state, warnings, charts, metrics, live changes, answers, hashes, settings", () => {
    const { ppo } = writeReportProject(project, "plain");
    const report = make(ppo);
    assert.deepEqual(
      report.sections.map(({ title }) => title),
      [
        ...["The run", "Health", "Charts", "Over-optimisation: score against √KL", "Metrics", "Live changes"],
        ...["Pinned notes", "Responses of iteration 39 with the highest score"],
        ...["Responses of iteration 39 with the lowest score", "Where it comes from"],
        ...["Settings that differ from the defaults", "Checkpoints"],
      ],
    );
    const markdown = reportMarkdown(report, words, inlineImage);
    assert.match(markdown, /Iteration 5&#58; plain/);
    assert.match(markdown, /From 0 to 0&#46;2151 in iterations 0 to 39; least −0&#46;999, most 30&#46;/);
    assert.match(markdown, /\| 12 \| klCoef \| 0&#46;02 \| 0&#46;05 \| plain \|/);
    assert.match(markdown, /\| score 1, KL 1 nats \| 4 plain \|/);
    assert.match(markdown, new RegExp("a".repeat(64)), "the whole hash of a parent");
    assert.match(markdown, /20, 40 &#40;best&#41;/);
    assert.equal(markdown.match(/!\[/g)?.length, 5);
    assert.doesNotMatch(markdown, /undefined|null|\{\d\}/);
  });

  it("of the pipeline: its runs in order, the models compared, the frontier with the held-out policy, each stage", () => {
    const { sft, rm, ppo, evaluations } = writeReportProject(project, "plain");
    const report = make("pipeline");
    const [runs] = sectionOf(report, /^The runs$/).blocks;
    assert.ok(runs.kind === "table");
    assert.deepEqual(
      runs.rows.map(([name]) => name),
      [sft, rm, "plain", ...evaluations],
    );
    assert.match(
      runs.rows[2][4],
      new RegExp(`starts from: ${sft}; KL reference: ${sft}; reward model: ${rm}`),
    );
    const compared = sectionOf(report, /^The models compared$/);
    const [figures] = compared.blocks;
    assert.ok(figures.kind === "table");
    assert.deepEqual(
      figures.rows.map(([name]) => name),
      ["SFT", "PPO"],
    );
    assert.equal(figures.rows[1][1], "50 % (50 %–50 %)");
    const [sample] = compared.sections?.[0].blocks ?? [];
    assert.ok(sample.kind === "sample");
    assert.deepEqual(sample, {
      ...{ kind: "sample", prompt: "1 plain" },
      answers: [
        { by: "SFT", text: "plain" },
        { by: "PPO", text: "plain" },
      ],
    });
    const [, frontier] = sectionOf(report, /√KL/).blocks;
    assert.ok(frontier.kind === "chart");
    assert.deepEqual(
      frontier.chart.lines.map(({ label, x }) => [label, x.length]),
      [
        ["plain", 40],
        ["PPO, held-out prompts", 1],
        ["law of plain", 60],
        ["best of n of the start, KL = ln n − (n − 1)/n", 2],
      ],
    );
    for (const title of [/^SFT: /, /^Reward model: /, /^PPO: plain/]) sectionOf(report, title);
    assert.ok(make(ppo).sections.length > 0);
  });

  it("the same files give the same bytes, and another value another report", () => {
    const { ppo } = writeReportProject(project, "plain");
    const all = (): string =>
      [ppo, "pipeline"]
        .flatMap((about) => [reportHtml(make(about), words), reportMarkdown(make(about), words, inlineImage)])
        .join("\n");
    const first = all();
    assert.equal(all(), first);
    appendFileSync(
      runOf(project, ppo).paths.metrics,
      `${encodeJson({ iteration: 40, "objective/score": 7 })}\n`,
    );
    assert.notEqual(all(), first);
  });

  it("what files and models say is text in HTML and in Markdown, whatever it is", () => {
    const { ppo } = writeReportProject(project, hostile);
    for (const about of [ppo, "pipeline"]) {
      const html = reportHtml(make(about), words);
      assert.doesNotMatch(html, /<script|<img|<!--|onerror="|href="(?!#)|\0/);
      assert.match(html, /&lt;\/script&gt;&lt;script&gt;/);
      assert.ok(!html.includes("\u202e"), "nothing turns the text beside it round");
      // A parser would find the end of a tag that an attribute's text closes: none has a quote, so each tag is one of ours.
      const tags = new Set([...html.matchAll(/<\/?([A-Za-z][^\s>]*)/g)].map(([, tag]) => tag));
      const ours =
        "html head meta title style body main h1 h2 h3 h4 nav ul li a section p figure figcaption svg desc rect clipPath text path g circle details summary div table thead tbody tr th td dl dt dd";
      for (const tag of tags) assert.ok(ours.split(" ").includes(tag), tag);
      const markdown = reportMarkdown(make(about), words, inlineImage);
      assert.doesNotMatch(markdown, /<(?!\/?(details|summary)>)|\*\*|`|javascript:|evil\.example/);
      assert.ok(!markdown.includes("\u202e"));
      const links = [...markdown.matchAll(/\]\(([^)]*)\)/g)].map(([, address]) => address);
      assert.ok(
        links.length >= 5 && links.every((address) => address.startsWith("data:image/svg+xml;base64,")),
      );
      const lines = markdown.split("\n").filter((line) => /^#/.test(line));
      assert.ok(
        lines.every((line) => !/^# head/.test(line)),
        "no heading of a file's own",
      );
    }
  });

  it("writes HTML and Markdown with its charts beside it, and takes away the charts of an earlier one", () => {
    const { ppo, sft } = writeReportProject(project, "plain");
    const folder = join(project, "somewhere", "new");
    const to = { folder, name: "r", formats: ["html", "md"] as const };
    const [html, markdown] = writeReport(make(ppo), to, words);
    assert.match(readFileSync(html, "utf8"), /^<!DOCTYPE html>/);
    const text = readFileSync(markdown, "utf8");
    const named = [...text.matchAll(/!\[[^\]]*\]\(r\.charts\/([^)]*)\)/g)].map(([, name]) => name);
    assert.deepEqual(readdirSync(join(folder, "r.charts")).sort(), [...named].sort());
    assert.equal(named[0], "01-objective-score-reward-model-units.svg");
    for (const name of named)
      assert.match(
        readFileSync(join(folder, "r.charts", name), "utf8"),
        /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/,
      );
    writeFileSync(join(folder, "r.charts", "mine.svg"), "");
    writeReport(make(sft), to, words);
    assert.deepEqual(readdirSync(join(folder, "r.charts")).sort(), [
      ...["01-loss-train-nats.svg", "02-loss-validation-nats.svg", "mine.svg"],
    ]);
  });

  it("of a run that has just been made, and of a project with none", () => {
    assert.ok(isProblem(makeReport(project, "pipeline", words)));
    assert.ok(isProblem(makeReport(project, "../../etc", words)));
    writeRun(project, { stage: "ppo", minute: 0, values: [], state: "queued" });
    const [{ manifest }] = listRuns(project).runs;
    for (const about of [manifest.id, "pipeline"]) {
      assert.match(reportHtml(make(about), words), /<h1>/);
      assert.doesNotMatch(reportMarkdown(make(about), words, inlineImage), /undefined|NaN|Infinity/);
    }
    rmSync(runOf(project, manifest.id).paths.status);
    assert.ok(isProblem(makeReport(project, manifest.id, words)), "a broken run is named");
    assert.ok(!existsSync(join(project, "reports")));
  });
});

describe("the newest pipeline", () => {
  let project: string;
  let made: ReportProject;
  beforeEach(() => {
    project = temporaryProject();
    made = writeReportProject(project, "plain");
  });
  afterEach(() => removeProject(project));

  const idsOf = (runs: readonly Run[], ranked: readonly LabelItem[] = []): readonly string[] =>
    pipelineRuns(runs, ranked, () => null)?.runs.map(({ manifest }) => manifest.id) ?? [];
  const all = (): readonly Run[] => listRuns(project).runs;

  it("is what the newest evaluations rest on, without runs beside it", () => {
    const beside = writeRun(project, { stage: "sft", minute: 50, values: [1] });
    assert.ok(!idsOf(all()).some((id) => beside.folder.endsWith(id)));
    assert.deepEqual(idsOf(all()), [made.sft, made.rm, made.ppo, ...made.evaluations]);
    assert.equal(
      pipelineRuns([], [], () => null),
      null,
    );
  });

  it("without evaluations it is what the newest run of the latest stage rests on", () => {
    const runs = all().filter(({ manifest }) => manifest.stage !== "evaluate");
    assert.deepEqual(idsOf(runs), [made.sft, made.rm, made.ppo]);
  });

  it("has the run whose responses the reward model's labels rank, if they were made before it", () => {
    const early = writeRun(project, { stage: "ppo", minute: 0, values: [1] });
    const id = early.folder.split(/[/\\]/).at(-1) ?? "";
    const item = (createdAt: string): LabelItem => ({
      ...{ id: "i", prompt: "p", createdAt },
      responses: [{ id: "r1", text: "a", model: id }],
    });
    assert.ok(idsOf(all(), [item("2026-01-02T03:00:30Z")]).includes(id));
    assert.ok(!idsOf(all(), [item("2026-01-02T03:01:30Z")]).includes(id), "labelled after the reward model");
  });

  it("names base models by the hash that their pretraining left", () => {
    const pretrain = writeRun(project, { stage: "pretrain", minute: 0, values: [1] });
    const [id] = [pretrain.folder.split(/[/\\]/).at(-1) ?? ""];
    const base = {
      role: "initial",
      reference: "models/base",
      folder: "models/base",
      run: null,
      checkpoint: null,
    };
    writeRun(project, {
      stage: "sft",
      minute: 90,
      values: [1],
      parents: [{ ...base, sha256: "b".repeat(64) }],
    });
    const runs = all().filter(({ manifest }) => ["pretrain", "sft"].includes(manifest.stage));
    const found = (hash: string) =>
      pipelineRuns(runs, [], () => hash)?.runs.map(({ manifest }) => manifest.id) ?? [];
    assert.ok(found("b".repeat(64)).includes(id));
    assert.ok(!found("c".repeat(64)).includes(id));
  });
});
