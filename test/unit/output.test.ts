import assert from "node:assert/strict";
import { createOutput, type Output } from "../../extension/cli/output";
import { barText, duration, fit, textWidth } from "../../extension/cli/bar";
import { Problem } from "../../extension/protocol/problem";

interface Recorded {
  readonly output: Output;
  readonly out: () => string;
  readonly err: () => string;
  readonly wait: (milliseconds: number) => void;
}

function record(options: { json?: boolean; quiet?: boolean; terminal?: number } = {}): Recorded {
  let [out, err, now] = ["", "", 0];
  const output = createOutput({
    json: options.json ?? false,
    quiet: options.quiet ?? false,
    out: {
      write: (text) => (out += text),
      isTTY: options.terminal !== undefined,
      columns: options.terminal ?? 80,
    },
    err: { write: (text) => (err += text) },
    clock: () => now,
  });
  return { output, out: () => out, err: () => err, wait: (milliseconds) => (now += milliseconds) };
}

/** What a terminal shows in the end: a carriage return goes back, an erase clears the line. */
function screen(text: string): string[] {
  const rows = [""];
  for (const part of text.split(/(\r|\n|\u001b\[2K)/)) {
    if (part === "\n") rows.push("");
    else if (part === "\r" || part === "\u001b[2K") rows[rows.length - 1] = "";
    else rows[rows.length - 1] += part;
  }
  return rows;
}

describe("output", () => {
  it("with --json every line is an object with a type, and numbers that are none survive", () => {
    const { output, out, err } = record({ json: true });
    output.line("for people");
    output.progress("sft", 1, 2, "loss 3");
    output.emit({ type: "metrics", iteration: 0, loss: NaN });
    output.result({ run: "sft-1" }, "done");
    output.problem(new Problem("missing", "a.json is missing."));
    const lines = out()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    assert.deepEqual(lines, [
      { type: "progress", what: "sft", done: 1, total: 2, note: "loss 3" },
      { type: "metrics", iteration: 0, loss: "NaN" },
      { type: "result", run: "sft-1" },
      { type: "error", problem: "missing", message: "a.json is missing." },
    ]);
    assert.equal(err(), "");
  });
  it("with --quiet only result and problems are left", () => {
    const { output, out, err } = record({ quiet: true });
    output.line("for people");
    output.progress("sft", 1, 2);
    output.progress("sft", 2, 2);
    output.emit({ type: "event", what: "nothing" });
    output.result({}, "done");
    output.problem(new Problem("missing", "a.json is missing."));
    assert.equal(out(), "done\n");
    assert.equal(err(), "a.json is missing.\n");
  });
  it("elsewhere than in a terminal a plain line comes at most every five seconds, and the last one always", () => {
    const { output, out, wait } = record();
    for (let done = 0; done <= 40; done++) {
      output.progress("ppo", done, 40);
      wait(500);
    }
    assert.deepEqual(out().split("\n"), [
      "ppo  10/40  5 s, 15 s to go",
      "ppo  20/40  10 s, 10 s to go",
      "ppo  30/40  15 s, 5 s to go",
      "ppo  40/40  20 s",
      "",
    ]);
  });
  it("in a terminal one bar is drawn over, lines go above it, and an unfinished one stays", () => {
    const { output, out, wait } = record({ terminal: 60 });
    output.progress("sft", 1, 4);
    wait(1000);
    output.line("a checkpoint");
    output.progress("sft", 2, 4);
    output.progress("rm", 0, 4);
    wait(1000);
    output.progress("rm", 4, 4, "accuracy 0.7");
    output.result({}, "done");
    assert.deepEqual(screen(out()), [
      "a checkpoint",
      "sft  ████████████············  2/4  1 s, 1 s to go",
      "rm  ████████████████████████  4/4  1 s  accuracy 0.7",
      "done",
      "",
    ]);
  });
  it("a bar never is wider than the terminal, with Korean letters counted twice", () => {
    const { output, out } = record({ terminal: 40 });
    output.progress("학습", 1, 2, "안녕하세요 ".repeat(10));
    const shown = screen(out())[0];
    assert.ok(textWidth(shown) <= 39 && textWidth(shown) >= 37, shown);
    assert.equal(textWidth("학습 ab"), 7);
    assert.equal(fit("abcdef", 4), "abc…");
  });
  it("barText() gives no forecast before there is anything to go by", () => {
    const bar = { what: "x", done: 1, total: 1000, note: "", seconds: 3 };
    assert.equal(barText(bar, false), "x  1/1000  3 s");
    assert.equal(barText({ ...bar, done: 0, total: 0 }, false), "x  0/0  3 s");
  });
  it("duration() is said in two units at most", () => {
    assert.deepEqual([0.4, 59.4, 185, 7800].map(duration), ["0 s", "59 s", "3 min 05 s", "2 h 10 min"]);
  });
});
