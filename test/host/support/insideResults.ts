/** What the tests inside the extension host write to their results file, for those outside to read. */
export interface InsideResult {
  readonly title: string;
  readonly state: "passed" | "failed" | "skipped";
  /** The failure's message and stack, or why the test was skipped. */
  readonly detail: string;
}
