// What is written in the demonstrations editor is what SFT trains on; drafts are not.
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lengthCounter } from "../../extension/data/demonstrationLength";
import { parseRecords } from "../../extension/data/parseRecords";
import { DemonstrationsFile } from "../../extension/host/demonstrationsFile";
import { DemonstrationsSession } from "../../extension/host/demonstrationsSession";
import { DraftStore } from "../../extension/host/draftStore";
import type { DemonstrationDraft } from "../../extension/protocol/demonstrationDraft";
import { draftsFile } from "../../extension/runs/labelFiles";
import { inputFiles } from "../../extension/runs/runPaths";
import { readText } from "../../extension/runs/sealedFolder";
import { good, removeProject, temporaryProject } from "../support/fakeRuns";
import { runCli } from "../support/runCli";
import { saveTinyModel } from "../support/tinyModel";

describe("demonstrations that were written here", function () {
  this.timeout(60_000);
  let project: string;
  before(() => {
    project = temporaryProject();
    saveTinyModel(project, "base");
    const data = { testShare: 0, validationShare: 0.3, maxPromptTokens: 50 };
    const short = { responseTokens: 8 };
    const model = { layers: 1, width: 16, heads: 2, context: 64 };
    writeFileSync(
      join(project, "rlhf.json"),
      JSON.stringify({
        ...{ formatVersion: 1, data, model, ppo: short, evaluate: short },
        ...{ pretrain: { sequenceTokens: 32 }, labeling: { maxResponseTokens: 8 } },
      }),
    );
  });
  after(() => removeProject(project));

  it("are among the inputs of rlhf sft, a few-shot one's examples all in one split, and drafts are not", async () => {
    const name = "data/demonstrations.jsonl";
    const problems: string[] = [];
    const store = new DraftStore(draftsFile(project, "mina"), ({ message }) => problems.push(message));
    let ids = 0;
    const limits = { promptBefore: "", promptAfter: "\n", maxPromptTokens: 60, context: 64 };
    const session = new DemonstrationsSession(
      { project, author: "mina" },
      new DemonstrationsFile(join(project, name), name, (line) => `line ${line}`),
      store,
      {
        changed: () => undefined,
        now: () => new Date("2026-01-02T03:04:05.000Z"),
        random: () => `n${ids++}`,
        prompts: () => [],
        counter: () => good(lengthCounter(null, "", limits)),
        problemText: (message) => message,
        sentences: {
          fault: { noPrompt: "", noUseCase: "", noResponse: "", halfPair: "", fewPairs: "" },
          ...{ saved: "", allDone: "", noPrompts: "", isThere: "", undone: "", submitted: String },
        },
      },
    );
    const write = (fields: Partial<DemonstrationDraft>): void => {
      const { draft } = session.state;
      session.act({ type: "edit", draft: { ...draft, ...fields, revision: draft.revision + 1 } });
    };
    const cats = Array.from({ length: 12 }, (_, i) => `the cat ${"sat ".repeat(i)}`.trim());
    for (const response of cats) {
      write({ prompt: `what of ${response} ?`, response });
      session.act({ type: "submit" });
    }
    session.act({ type: "kind", kind: "few-shot" });
    const pairs = ["a", "b", "c"].map((letter) => ({ query: letter, response: letter.toUpperCase() }));
    write({ prompt: "up .", pairs });
    session.act({ type: "submit" });
    write({ prompt: "not finished", response: "the draft" });
    session.act({ type: "save" });
    assert.ok(existsSync(draftsFile(project, "mina")));

    const { code, err, out } = await runCli(["sft", "--no-start", "--project", project]);
    assert.equal(code, 0, err + out);
    const [run] = readdirSync(join(project, "runs"));
    const inputs = (file: "demonstrations" | "validationDemonstrations") =>
      parseRecords(
        "demonstrations",
        good(readText(join(project, "runs", run, "inputs", inputFiles[file]))),
        file,
      ).records;
    const [train, validation] = [inputs("demonstrations"), inputs("validationDemonstrations")];
    const responses = [...train, ...validation].map(({ response }) => response);
    assert.deepEqual(responses.sort(), [...cats, "A", "B", "C"].sort());
    assert.ok(train.length > 0 && validation.length > 0);
    const isShot = ({ meta }: { meta?: object }): boolean => meta !== undefined && "examples" in meta;
    assert.ok([0, 3].includes(train.filter(isShot).length), "no split parts the examples of an instruction");
    assert.deepEqual(problems, []);
  });
});
