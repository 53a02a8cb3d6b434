import { existsSync } from "node:fs";
import { parseAssignment } from "../data/assignments";
import type { AssignmentFile } from "../protocol/assignmentFormat";
import { Problem, isProblem } from "../protocol/problem";
import type { LabelItem } from "../protocol/rankingFormat";
import { assignedLabelers, assignmentFile } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";

/** The assignments of a batch, by labeler; the first that is malformed is the problem. */
export function readAssignments(
  project: string,
  batch: string,
  items: readonly LabelItem[],
): readonly AssignmentFile[] | Problem {
  const read: AssignmentFile[] = [];
  for (const labeler of assignedLabelers(project, batch)) {
    const assignment = readAssignment(project, batch, labeler, items);
    if (isProblem(assignment)) return assignment;
    if (assignment !== null) read.push(assignment);
  }
  return read;
}

/** A labeler's assignment of a batch; null where there is none, which leaves the whole batch to whoever wants it. */
export function readAssignment(
  project: string,
  batch: string,
  labeler: string,
  items: readonly LabelItem[],
): AssignmentFile | null | Problem {
  const file = assignmentFile(project, batch, labeler);
  if (!existsSync(file)) return null;
  const text = readText(file);
  const assignment = isProblem(text) ? text : parseAssignment(text, file, items);
  if (isProblem(assignment)) return assignment;
  for (const [field, name] of [
    ["batch", batch],
    ["labeler", labeler],
  ] as const)
    if (assignment[field] !== name)
      return new Problem(
        "malformed",
        `${file}: "${field}" must be the ${JSON.stringify(name)} of the file's name, but is ${JSON.stringify(assignment[field])}.`,
      );
  return assignment;
}
