import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rankingFileText } from "../../extension/data/labels";
import { toJsonLines } from "../../extension/data/records";
import { readAssignments } from "../../extension/project/readAssignments";
import { readBatchLabels, readLabels, readScreening } from "../../extension/project/readLabels";
import { good, removeProject, temporaryProject } from "../support/fakeRuns";
import { labelItem, rankingOf, submitted } from "../support/labelBatches";

describe("reading labels", () => {
  const item = labelItem("1", ["a", "b"]);
  const gold = { id: "g", prompt: item.prompt, responses: [{ text: "a" }, { text: "b" }], tiers: [[0], [1]] };
  let project: string;
  const write = (name: string, text: string): void => writeFileSync(join(project, "labels", name), text);
  beforeEach(() => {
    project = temporaryProject();
    mkdirSync(join(project, "labels"));
  });
  afterEach(() => removeProject(project));

  it("readLabels() gives batches with their labelers' files, all or those that are named", () => {
    const ranking = rankingOf("jin", { "1": submitted(item, "a > b") });
    for (const batch of ["b", "c"]) {
      write(`${batch}.items.jsonl`, toJsonLines([item]));
      write(`${batch}.jin.ranking.json`, rankingFileText({ ...ranking, batch }));
    }
    write("gold.jsonl", toJsonLines([gold]));
    const all = good(readLabels(project));
    assert.deepEqual(all[0], { batch: "b", items: [item], rankings: [ranking] });
    assert.deepEqual(
      all.map(({ batch }) => batch),
      ["b", "c"],
    );
    assert.deepEqual(good(readLabels(project, ["c"])), [all[1]]);
    write("c.jin.ranking.json", "{");
    assert.match(
      (readLabels(project) as { message: string }).message,
      /c\.jin\.ranking\.json is not valid JSON/,
    );
  });

  it("a batch whose name begins with another's and a dot keeps its labelers' files and assignments", () => {
    const assignment = { formatVersion: 1, batch: "b.two", labeler: "jin", seed: 1, items: [] };
    for (const batch of ["b", "b.two"]) write(`${batch}.items.jsonl`, toJsonLines([item]));
    write("b.two.jin.ranking.json", rankingFileText({ ...rankingOf("jin", {}), batch: "b.two" }));
    write("b.two.jin.assignment.json", JSON.stringify(assignment));
    const [b, two] = good(readLabels(project));
    assert.deepEqual([b.rankings.length, two.rankings.length], [0, 1]);
    assert.deepEqual(good(readAssignments(project, "b", [item])), []);
    assert.deepEqual(good(readAssignments(project, "b.two", [item])), [assignment]);
    assert.deepEqual(good(readBatchLabels(project, "b.two")), two);
    assert.match(
      (readBatchLabels(project, "c") as { message: string }).message,
      /no batch "c" in labels\/: there are b, b\.two\.$/,
    );
  });

  it("readScreening() gives nothing where there is nothing, and what there is", () => {
    assert.deepEqual(readScreening(project), { gold: [], screeningFiles: [] });
    write("gold.jsonl", toJsonLines([gold]));
    const file = { formatVersion: 1, labeler: "jin", selfAssessment: { women: 3 } };
    write("jin.screening.json", JSON.stringify(file));
    assert.deepEqual(readScreening(project), { gold: [gold], screeningFiles: [file] });
  });

  it("readScreening() names everything that is wrong, with file and line", () => {
    write("gold.jsonl", `${toJsonLines([gold])}{}\n${toJsonLines([gold])}`);
    write("jin.screening.json", '{ "formatVersion": 1, "labeler": "mina" }');
    write("suji.screening.json", "");
    const problems = readScreening(project);
    assert.ok(Array.isArray(problems));
    const sentences = problems.map(({ message }: { message: string }) =>
      message.slice(message.indexOf("labels")),
    );
    assert.deepEqual(
      sentences.map((sentence) => sentence.replaceAll("\\", "/")),
      [
        'labels/gold.jsonl, line 2: "id" must be text that is not empty, but is missing.',
        "labels/gold.jsonl, line 3: the id already stands in line 1: keep one of them.",
        'labels/jin.screening.json: "labeler" must be the "jin" of the file\'s name, but is "mina".',
        "labels/suji.screening.json is not valid JSON at column 1: the text ends too early.",
      ],
    );
  });
});
