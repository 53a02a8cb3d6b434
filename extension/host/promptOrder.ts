import type { Demonstration, Prompt } from "../data/records";
import type { GivenPrompt } from "../protocol/demonstrationMessages";

/** Which prompts an author has demonstrated, by the demonstrations that there are. */
export function donePrompts(
  records: readonly (Demonstration | null)[],
  author: string,
): (prompt: Prompt) => boolean {
  const ids = new Set<unknown>();
  const texts = new Set<string>();
  for (const record of records) {
    if (record?.author !== author) continue;
    texts.add(record.prompt);
    if (record.meta?.promptId !== undefined) ids.add(record.meta.promptId);
  }
  return ({ id, text }) => ids.has(id) || texts.has(text);
}

/** The way of a labeler through a project's prompts. */
export class PromptWalk {
  /** Of the prompt that was shown last; −1 before the first. */
  private place = -1;

  constructor(
    private readonly prompts: () => readonly Prompt[],
    private readonly isDone: () => (prompt: Prompt) => boolean,
  ) {}

  get count(): number {
    return this.prompts().length;
  }

  /** The next prompt that is not done, around the end, or with −1 the one before; with 0 the one that is here, if it is not. Null when all are done. */
  next(step: 1 | 0 | -1): Prompt | null {
    const [prompts, isDone] = [this.prompts(), this.isDone()];
    const { length } = prompts;
    const direction = step < 0 ? -1 : 1;
    const first = this.place < 0 ? Math.min(step, 0) : this.place + step;
    for (let i = 0; i < length; i++) {
      const prompt = prompts[(((first + direction * i) % length) + length) % length];
      if (!isDone(prompt)) return prompt;
    }
    return null;
  }

  /** Goes to a prompt and says where that is; null where the project does not have it. */
  goTo(promptId: string | null): GivenPrompt | null {
    const prompts = this.prompts();
    const place = promptId === null ? -1 : prompts.findIndex(({ id }) => id === promptId);
    if (place < 0) return null;
    this.place = place;
    return { place: place + 1, count: prompts.length, done: prompts.filter(this.isDone()).length };
  }
}
