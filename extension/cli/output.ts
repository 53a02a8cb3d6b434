import { encodeJson } from "../protocol/codec";
import type { Problem } from "../protocol/problem";
import type { JsonValue } from "../protocol/trainerEvents";
import { barText, fit } from "./bar";

/** One per command; the only writer of standard output. With `json` every line is an object with a `type`, the last one `result` or `error`. */
export interface Output {
  readonly json: boolean;
  /** For people; nothing with --json or --quiet. */
  line(text: string): void;
  /** Text for people as it comes, without a line end; nothing with --json. */
  piece(text: string): void;
  /** A bar in a terminal, a plain line at most every few seconds elsewhere; {type:"progress"} with --json. Done when `done` = `total`. */
  progress(what: string, done: number, total: number, note?: string): void;
  /** A line with --json, nothing else. */
  emit(value: {
    readonly type: "progress" | "metrics" | "check" | "measurement" | "event";
    readonly [key: string]: JsonValue;
  }): void;
  /** The last line: {type:"result", …}, or the text. */
  result(value: { readonly [key: string]: JsonValue }, text: string): void;
  /** {type:"error", problem, message}, or the sentence on standard error. */
  problem(problem: Problem): void;
}

/** As much of a stream as an output needs. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly out: TextStream;
  readonly err: TextStream;
  /** Milliseconds; only differences count. */
  readonly clock: () => number;
}

/** How commands get their output; tests put one in that writes into memory. */
export type OpenOutput = (flags: { readonly json: boolean; readonly quiet: boolean }) => Output;

/** Milliseconds between two updates of the same progress. */
const intervals = { terminal: 80, lines: 5000, json: 200 } as const;

export function createOutput({ json, quiet, out, err, clock }: OutputOptions): Output {
  const isTerminal = out.isTTY === true && !json;
  const interval = json ? intervals.json : isTerminal ? intervals.terminal : intervals.lines;
  let current: { readonly what: string; readonly start: number; shown: number; text: string } | null = null;

  const write = (text: string): void => void out.write(text);
  const writeJson = (value: object): void => write(`${encodeJson(value)}\n`);
  const clearLine = (): void => write("\r\u001b[2K");
  /** Leaves the bar of something that was not finished where it is. */
  const closeBar = (): void => {
    if (current !== null && isTerminal && current.text !== "") write("\n");
    current = null;
  };

  return {
    json,
    line(text) {
      if (json || quiet) return;
      const bar = isTerminal ? current?.text : undefined;
      if (bar) clearLine();
      write(`${text}\n${bar ?? ""}`);
    },
    piece(text) {
      if (!json) write(text);
    },
    progress(what, done, total, note = "") {
      if (quiet && !json) return;
      const now = clock();
      if (current?.what !== what) {
        closeBar();
        // A plain line is worth its place only when something takes long; its end is always told.
        current = { what, start: now, shown: json || isTerminal ? -Infinity : now, text: "" };
      }
      const isDone = done >= total;
      if (!isDone && now - current.shown < interval) return;
      current.shown = now;
      if (json) writeJson({ type: "progress", what, done, total, ...(note !== "" && { note }) });
      else {
        const seconds = (now - current.start) / 1000;
        current.text = barText({ what, done, total, note, seconds }, isTerminal);
        if (isTerminal) write(`\r\u001b[2K${(current.text = fit(current.text, (out.columns ?? 80) - 1))}`);
        else write(`${current.text}\n`);
      }
      if (isDone) closeBar();
    },
    emit(value) {
      if (json) writeJson(value);
    },
    result(value, text) {
      closeBar();
      if (json) writeJson({ type: "result", ...value });
      else if (text !== "") write(`${text}\n`);
    },
    problem({ problem, message }) {
      closeBar();
      if (json) writeJson({ type: "error", problem, message });
      else err.write(`${message}\n`);
    },
  };
}

/** The output of this process. */
export const openProcessOutput: OpenOutput = (flags) =>
  createOutput({ ...flags, out: process.stdout, err: process.stderr, clock: () => performance.now() });
