/**
 * An expected problem at the border of a process or file, as a value: a short name for programs and one sentence a person can act on.
 * A class, so that no parsed JSON can pass for one.
 */
export class Problem {
  constructor(
    readonly problem: ProblemName,
    readonly message: string,
  ) {}
}

export type ProblemName =
  | "malformed"
  | "newerFormat"
  | "missing"
  | "altered"
  | "locked"
  | "disk"
  | "invalidValue"
  | "wrongState"
  | "unsupported"
  | "protocolMismatch"
  | "refused"
  | "tooLarge"
  | "connectionLost"
  | "interrupted"
  | "internal";

export function isProblem(value: unknown): value is Problem {
  return value instanceof Problem;
}
