// rlhf inspect and rlhf probe as programs, on a reward model of one layer; scores are compared with what rlhf score says.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseInspection, type Inspection } from "../../extension/protocol/inspectionFormat";
import { parseProbeEvent, type ProbeEvent } from "../../extension/protocol/probeProtocol";
import { probesText } from "../../extension/protocol/probeFormat";
import { writeProject } from "../../extension/runs/project";
import type { Run } from "../../extension/runs/runFolder";
import { checkpointFolder } from "../../extension/runs/runPaths";
import { expectClose } from "../support/expectClose";
import { good, removeProject, temporaryProject } from "../support/fakeRuns";
import { rankedComparison, rewardModelRun } from "../support/rewardModelRun";
import { cliFile, jsonLines, runCli } from "../support/runCli";
import { saveTinyModel } from "../support/tinyModel";

describe("rlhf inspect and rlhf probe", function () {
  this.timeout(60_000);
  let project: string;
  let run: Run;
  const words = ["the cat sat", "the dog sat on the log .", "mat", "the 고양이", "on on on on"];
  const prompts = ["cat", "dog", "mat", "log", "sat", "tac"];

  before(() => {
    project = temporaryProject();
    const turned = (n: number): string[] => [...words.slice(n), ...words.slice(0, n)].slice(0, 4);
    const all = prompts.map((prompt, i) =>
      rankedComparison(prompt, turned(i % 5), { promptId: `id-${prompt}` }),
    );
    const tooLong = rankedComparison("long", ["a", "b ".repeat(200)]);
    run = rewardModelRun(project, {
      comparisons: [...all.slice(0, 2), tooLong],
      validation: all.slice(2),
      demonstrations: prompts.map((prompt) => ({ id: prompt, prompt, response: "the mat ." })),
    });
    mkdirSync(join(project, "data"), { recursive: true });
    const kinds = prompts.map((prompt, i) => ({
      ...{ id: `id-${prompt}`, text: `the ${prompt} ?` },
      ...{ kind: i % 2 === 0 ? "plain" : "few-shot", useCase: "chat" },
    }));
    writeFileSync(
      join(project, "data/prompts.jsonl"),
      kinds.map((kind) => `${JSON.stringify(kind)}\n`).join(""),
    );
    mkdirSync(join(project, "labels"), { recursive: true });
    const item = {
      id: "cat",
      prompt: "the cat ?",
      createdAt: "",
      responses: [
        { id: "r0", text: "a" },
        { id: "r1", text: "b" },
      ],
    };
    writeFileSync(join(project, "labels/round.items.jsonl"), `${JSON.stringify(item)}\n`);
    const probe = { id: "p1", prompt: "the cat ?", response: "the mat ." };
    writeFileSync(join(project, "labels/probes.json"), probesText([probe]));
  });
  after(() => removeProject(project));

  const inspect = async () =>
    jsonLines(await runCli(["inspect", run.manifest.id, "--project", project, "--json"])).at(-1);
  const read = (): Inspection =>
    good(parseInspection(readFileSync(run.paths.inspection, "utf8"), "inspection.json"));

  it("scores what the run saw, as rlhf score does, and keeps it beside the run", async () => {
    const result = await inspect();
    assert.deepEqual([result?.type, result?.isKept, result?.leftOut], ["result", false, 1]);
    const inspection = read();
    assert.deepEqual(
      inspection.labels.map(({ id, group, place, promptKind, useCase }) => [
        id,
        group,
        place,
        promptKind,
        useCase,
      ]),
      prompts.map((prompt, i) => [
        ...[`round/${prompt}/kim/overall`, i < 2 ? "training" : "validation"],
        prompt === "cat" ? { batch: "round", item: "cat", labeler: "kim" } : null,
        ...[i % 2 === 0 ? "plain" : "few-shot", "chat"],
      ]),
    );
    const file = join(run.paths.inputs, "comparisons.validation.jsonl");
    const scored = jsonLines(
      await runCli(["score", run.manifest.id, "--file", file, "--project", project, "--json"]),
    ).at(-1);
    const row = inspection.byGroup.find(({ name }) => name === "validation");
    expectClose([row?.value ?? NaN], [Number(scored?.accuracy)], 1e-12);
    const [figures] = inspection.figures.filter(({ group }) => group === "validation");
    expectClose([figures.margins.mean], [Number(scored?.margin)], 1e-6);
    assert.equal(row?.pairs, 24);
    assert.deepEqual(
      figures.distributions.map(({ name, n }) => [name, n]),
      [
        ["demonstrations", 6],
        ["chosen", 24],
        ["rejected", 24],
      ],
    );
  });

  it("is done at once when nothing has changed, and again when a probe or the weights have", async () => {
    assert.equal((await inspect())?.isKept, true);
    const before = read();
    const more = { id: "p2", prompt: "x", response: "y" };
    writeFileSync(join(project, "labels/probes.json"), probesText([{ ...more, id: "p1" }, more]));
    assert.equal((await inspect())?.isKept, false);
    assert.equal(read().probes.length, 2);
    assert.equal(read().modelHash, before.modelHash);
    appendFileSync(run.paths.inspection, "broken");
    assert.equal((await inspect())?.isKept, false, "a file that cannot be read is made again");
  });

  it("looks at a checkpoint without keeping the result; another has other scores", async () => {
    saveTinyModel(project, "other", "linear", (weights) => {
      weights["score.weight"].data.forEach((value, i, all) => (all[i] = -2 * value));
    });
    cpSync(join(project, "models/other"), checkpointFolder(run.paths, 2), { recursive: true });
    const before = readFileSync(run.paths.inspection, "utf8");
    const whole = await inspect();
    const reference = `${run.manifest.id}@2`;
    const result = jsonLines(await runCli(["inspect", reference, "--project", project, "--json"])).at(-1);
    assert.deepEqual([result?.type, result?.run, result?.isKept], ["result", reference, false]);
    assert.notDeepEqual(result?.figures, whole?.figures);
    assert.equal(readFileSync(run.paths.inspection, "utf8"), before);
    const missing = await runCli(["inspect", `${run.manifest.id}@9`, "--project", project]);
    assert.match(missing.err, /does not have the checkpoint "9"/);
  });

  it("inspect, probe and score lay prompts out as the run had them, whatever rlhf.json says now", async () => {
    const [before] = await scoresOf("the mat ?", ["the cat ."]);
    const inspected = read();
    writeProject(project, { formatVersion: 1, data: { promptBefore: "the log ", promptAfter: " sat" } });
    const [after] = await scoresOf("the mat ?", ["the cat ."]);
    assert.equal(after, before);
    const [{ score }] = only(await probe([{ id: 1, prompt: "the mat ?", response: "the cat ." }]), "scored");
    assert.equal(score, before);
    rmSync(run.paths.inspection);
    await inspect();
    assert.deepEqual(read().figures, inspected.figures);
    const said = await runCli(["probe", run.manifest.id, "--project", project]);
    assert.match(
      said.out,
      /laid out as .* had them; data.promptBefore or data.promptAfter of rlhf.json is another now/,
    );
    writeProject(project, { formatVersion: 1 });
  });

  it("refuses a run that is no reward model's", async () => {
    const { code, err } = await runCli(["inspect", "rm-20200101T000000Z-0000", "--project", project]);
    assert.equal(code, 1);
    assert.match(err, /There is no run rm-2020/);
    assert.equal(existsSync(join(project, "runs/rm-20200101T000000Z-0000")), false);
  });

  async function probe(requests: readonly (object | string)[]): Promise<ProbeEvent[]> {
    const child = spawn(process.execPath, [
      cliFile,
      "probe",
      run.manifest.id,
      "--json",
      "--project",
      project,
    ]);
    const lines = requests.map((each) => (typeof each === "string" ? each : JSON.stringify(each)));
    child.stdin.end(lines.map((line) => `${line}\n`).join(""));
    const events: ProbeEvent[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const event = good(parseProbeEvent(line));
      if (event !== null && event.event !== "error") events.push(event);
    }
    return events;
  }
  const only = <N extends ProbeEvent["event"]>(events: readonly ProbeEvent[], name: N) =>
    events.filter((event): event is Extract<ProbeEvent, { readonly event: N }> => event.event === name);
  const scoresOf = async (prompt: string, responses: readonly string[]): Promise<number[]> => {
    const call = ["score", run.manifest.id, "--prompt", prompt, "--project", project, "--json", "--response"];
    const result = jsonLines(await runCli([...call, ...responses])).at(-1);
    return (result?.scores as { score: number }[]).map(({ score }) => score);
  };

  it("a probe's score is rlhf score's; a word's worth is the score without it", async () => {
    const response = "the cat is 고양이";
    const events = await probe([{ id: 7, prompt: "the mat ?", response }]);
    const [{ score, tokens }] = only(events, "scored");
    const [{ id, words: worth, variants }] = only(events, "explained");
    assert.equal(id, 7);
    const flipped = "the cat is not 고양이";
    const [whole, without, changed] = await scoresOf("the mat ?", [response, "the cat 고양이", flipped]);
    assert.equal(score, whole);
    assert.equal(tokens.at(-1)?.score, whole);
    assert.equal(tokens.map(({ text }) => text).join(""), response);
    assert.deepEqual(worth.map(({ text }) => text).join(""), response);
    expectClose([worth[2].effect], [whole - without], 1e-6);
    const variant = variants.find(({ name }) => name === "flipped");
    assert.equal(variant?.response, flipped);
    expectClose([variant?.score ?? NaN], [changed], 1e-6);
  });

  it("of many requests the newest is answered, and a broken or too long one has its sentence", async () => {
    const typed = ["t", "th", "the", "the c", "the cat"].map((response, id) => ({
      id,
      prompt: "p",
      response,
    }));
    const events = await probe(["{", ...typed]);
    assert.equal(only(events, "scored").at(-1)?.id, 4);
    assert.equal(only(events, "explained").at(-1)?.id, 4);
    assert.equal(only(events, "problem")[0].id, null);
    const long = await probe([{ id: 1, prompt: "p", response: "x ".repeat(300) }]);
    assert.match(only(long, "problem")[0].message, /context of 64.*shorten it/);
  });
});
