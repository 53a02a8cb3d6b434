import { decodeVersioned, integerFrom, listOf, object, string, type Decoded } from "./codec";
import { Problem, isProblem } from "./problem";
import { filledText } from "./strictRecord";

/** labels/probes.json: prompts with responses whose scores a person wants to see of every reward model. One file, for Git. */
export const probesFormatVersion = 1;

const probe = object({ id: filledText, prompt: string, response: string });
const probes = object({ formatVersion: integerFrom(1), probes: listOf(probe) });

export const probeDecoder = probe;
export type Probe = Decoded<typeof probe>;

/** The probes of a project, untrusted; a project without the file has none. */
export function parseProbes(text: string, where: string): readonly Probe[] | Problem {
  if (text === "") return [];
  const file = decodeVersioned(probes, probesFormatVersion, text, where);
  if (isProblem(file)) return file;
  const twice = file.probes.find(({ id }, i) => file.probes.findIndex((other) => other.id === id) !== i);
  return twice === undefined
    ? file.probes
    : new Problem("malformed", `${where} holds the id "${twice.id}" twice: give each probe its own.`);
}

/** The file of these probes: one a block, so that one more is a small difference to Git. */
export function probesText(all: readonly Probe[]): string {
  return `${JSON.stringify({ formatVersion: probesFormatVersion, probes: all }, null, 2)}\n`;
}

/** The probes with one more; the same prompt and response again is the one that is there. Ids count up from p1. */
export function withProbe(all: readonly Probe[], { prompt, response }: Omit<Probe, "id">): readonly Probe[] {
  if (all.some((each) => each.prompt === prompt && each.response === response)) return all;
  const used = new Set(all.map(({ id }) => id));
  let number = all.length + 1;
  while (used.has(`p${number}`)) number++;
  return [...all, { id: `p${number}`, prompt, response }];
}
