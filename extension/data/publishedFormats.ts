import { isObject, listOf, object, string, type Decoder } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { refusal, type Row, type RowFormat } from "./rowFormat";

// Data sets that were published in a form of their own.

const noPlace = { where: "the row", path: "" };

/** An instruction and what it is about, as one prompt. */
export function instructionPrompt(instruction: string, input: string): string {
  return input.trim() === "" ? instruction : `${instruction}\n\n${input}`;
}

/** Text that a program wrote as a bare word, such as True, comes back from some tools as a JSON boolean. */
const textOrBoolean: Decoder<string> = (value, place) =>
  typeof value === "boolean" ? (value ? "True" : "False") : string(value, place);

const pandaLmRow = object({
  instruction: string,
  input: string,
  cmp_key: string,
  response1: textOrBoolean,
  response2: textOrBoolean,
});

/** PandaLM's test set: two responses, and for each annotator 1 or 2 for the better one, 0 for a tie. A comparison an annotator. */
export const pandaLm: RowFormat = {
  name: "PandaLM's test set, a comparison an annotator",
  kind: "comparisons",
  matches: (row) => isObject(row) && "cmp_key" in row && "annotator1" in row,
  read: (row, idOf) => {
    const decoded = pandaLmRow(row, noPlace);
    if (isProblem(decoded)) return refusal(decoded.message);
    const { instruction, input, cmp_key: models, response1, response2 } = decoded;
    const prompt = instructionPrompt(instruction, input);
    const base = idOf(JSON.stringify([prompt, models, response1, response2]));
    const names = models.split("_");
    const responses = [response1, response2].map((text, i) => ({
      id: `${base}/${i + 1}`,
      text,
      ...(names.length === 2 ? { model: names[i] } : {}),
    }));
    const votes = Object.entries(row as Row).filter(([key]) => /^annotator\d+$/.test(key));
    const isVote = (vote: unknown): vote is 0 | 1 | 2 => vote === 0 || vote === 1 || vote === 2;
    return {
      records: votes.flatMap(([labeler, vote]) =>
        isVote(vote)
          ? [
              {
                id: `${base}/${labeler}`,
                prompt,
                labeler,
                axis: "overall",
                responses,
                tiers: [[[0, 1]], [[0], [1]], [[1], [0]]][vote],
              },
            ]
          : [],
      ),
      reasons: votes.filter(([, vote]) => !isVote(vote)).map(([labeler]) => `"${labeler}" must be 0, 1 or 2`),
    };
  },
};

const seedTask = object({
  instruction: string,
  instances: listOf(object({ input: string, output: string })),
});

/** Seed tasks of self-instruct: an instruction with instances of input and output, each a demonstration. */
export const selfInstruct: RowFormat = {
  name: "self-instruct seed tasks",
  kind: "demonstrations",
  matches: (row) => isObject(row) && "instruction" in row && Array.isArray(row.instances),
  read: (row, idOf) => {
    const decoded = seedTask(row, noPlace);
    if (isProblem(decoded)) return refusal(decoded.message);
    const { instruction, instances } = decoded;
    const records = instances.map(({ input, output }) => {
      const prompt = instructionPrompt(instruction, input);
      return { id: idOf(`${prompt}\n${output}`), prompt, response: output };
    });
    return records.length > 0 ? { records, reasons: [] } : refusal("the task has no instances");
  },
};
