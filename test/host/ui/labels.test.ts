// Responses are generated and ranked with keys alone; the ranking is on disk once it is saved.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseItems, parseRankingFile } from "../../../extension/data/labels";
import { isProblem } from "../../../extension/protocol/problem";
import { withWindow } from "../support/editorWindow";
import { keysArePages } from "../support/rankingKeys";
import { inState } from "../support/runsOfProject";
import { endSession, session } from "../support/session";
import { makeTiny } from "../support/tinyProject";
import { until } from "../support/until";

after(endSession);

describe("labels", function () {
  this.timeout(120_000);

  it("four responses to each of two prompts are generated, and one of them is ranked", async () => {
    const folder = await (await session()).project("labels");
    makeTiny(folder, { demonstrations: 100 });
    const items = join(folder, "labels/batch-1.items.jsonl");
    const ranking = join(folder, "labels/batch-1.mina.ranking.json");
    await withWindow({ folder }, async (window) => {
      const { page } = window;
      const enter = async (title: string): Promise<void> => {
        await page.getByText(title).first().waitFor();
        await page.keyboard.press("Enter");
      };
      await window.openContainer("RLHF");
      await window.runCommand("RLHF: Pretrain Base Model");
      await until(() => inState(folder, "pretrain", "finished").length === 1, "the base model");
      await window.runCommand("RLHF: Generate Responses to Rank");
      await enter("Which model answers? (1/4)");
      await enter("Responses to each prompt (2/4)");
      await page.getByText("How many prompts? (3/4)").waitFor();
      await window.answer("2");
      await enter("Name of the batch (4/4)");
      const editor = window.webview();
      await window.sayName(editor.getByRole("listbox"));
      assert.ok(existsSync(items));
      await keysArePages(window);
      for (const key of ["2", "1", "3", "4", "Enter"]) await page.keyboard.press(key);
      await editor.getByRole("heading", { name: "Item 2 of 2" }).waitFor();
      await page.keyboard.press("Control+s");
      await until(() => readFileSync(ranking, "utf8").includes('"submitted"'), "the ranking on disk");
      await window
        .treeItem(/batch-1/)
        .first()
        .waitFor();
      const batch = parseItems(readFileSync(items, "utf8"), items);
      assert.ok(!isProblem(batch));
      assert.deepEqual(
        batch.map(({ responses }) => responses.length),
        [4, 4],
      );
      const file = parseRankingFile(readFileSync(ranking, "utf8"), ranking, batch);
      assert.ok(!isProblem(file), isProblem(file) ? file.message : "");
      const [[id, judged]] = Object.entries(file.judgements);
      assert.deepEqual([id, judged.status, judged.tiers?.overall.length], [batch[0].id, "submitted", 4]);
      const [a, b, c, d] = judged.shownOrder ?? [];
      assert.deepEqual(judged.tiers?.overall, [[b], [a], [c], [d]]);
      assert.equal(Object.keys(file.judgements).length, 1);

      await window.runCommand("RLHF: Assign Labels");
      await page.getByText("Who ranks? (2/4)").waitFor();
      await window.answer("kim, lee");
      await enter("What comes first? (3/4)");
      await enter("Share of items that a second labeler gets too (4/4)");
      // One of the two items is mina's already.
      const assigned = (name: string): string => join(folder, `labels/batch-1.${name}.assignment.json`);
      await until(() => existsSync(assigned("kim")) || existsSync(assigned("lee")), "an assignment on disk");
      const said = (await window.notifications()).getByText(/^Assigned: (kim|lee) 1/);
      await said.waitFor();
    });
  });
});
