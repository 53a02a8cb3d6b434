import type { DemonstrationDraft, ModelAnswer } from "../../extension/protocol/demonstrationDraft";
import {
  demonstrationTextKeys,
  type DemonstrationsState,
  type DemonstrationTextKey,
} from "../../extension/protocol/demonstrationMessages";

/** A text for every key of the demonstrations page, in place of the host's translations. */
export function demonstrationTextExamples(): Readonly<Record<DemonstrationTextKey, string>> {
  const withValues =
    /^(inFile|draftOfLine|place|pair|query|pairResponse|preview|editedFrom|editingLine|tokens|characters|removePair|answering|replace|deleteLine|problemsOnly|found|pageOf|lineOf|by)$/;
  const textOf = (key: string): string => (withValues.test(key) ? `${key} {0} {1} {2}` : key);
  return Object.fromEntries(demonstrationTextKeys.map((key) => [key, textOf(key)])) as Record<
    DemonstrationTextKey,
    string
  >;
}

export const draftOf = (more: Partial<DemonstrationDraft> = {}): DemonstrationDraft => ({
  ...{ id: "by-hand-1", kind: "plain", promptId: null, user: null, useCase: "", prompt: "", response: "" },
  ...{ pairs: [], editedFrom: null, replaces: null, createdAt: "2026-01-02T03:04:05.000Z", activeMs: 0 },
  revision: 0,
  ...more,
});

/** What a model answered before the labeler edited it. */
export const answerExample: ModelAnswer = {
  ...{ model: "models/base", checkpointHash: "h", temperature: 0.5, seed: 3, text: "the fax" },
};

export const emptyList: DemonstrationsState["list"] = {
  ...{ query: "", problemsOnly: false, page: 0, pages: 1, total: 0, problems: 0, found: 0, rows: [] },
};

export const stateOf = (more: Partial<DemonstrationsState> = {}): DemonstrationsState => ({
  ...{ project: "/p", file: "data/demonstrations.jsonl", author: "mina", useCases: ["generation", "haiku"] },
  ...{ draft: draftOf(), given: null, drafts: [], list: emptyList, length: null, example: null },
  ...{ answering: null, canUndo: false, notice: null },
  ...more,
});
