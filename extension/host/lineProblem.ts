/** A problem of a file as it is shown beside the file. Lines and columns begin at 1. */
export interface LineProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
  readonly message: string;
}
