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

  /** The next prompt from here, or with −1 the one before, around the end, that is not done; null when all are. */
  next(step: 1 | -1): Prompt | null {
    const [prompts, isDone] = [this.prompts(), this.isDone()];
    const { length } = prompts;
    const from = this.place < 0 && step < 0 ? length : this.place;
    for (let i = 1; i <= length; i++) {
      const prompt = prompts[(((from + step * i) % length) + length) % length];
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
