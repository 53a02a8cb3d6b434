import { answeredPrompts } from "../data/demonstrationDraft";
import type { ChatEvent, ChatQuestion } from "../protocol/chatProtocol";
import type { DemonstrationDraft, ModelAnswer } from "../protocol/demonstrationDraft";

/** What an event means for the answer that is coming: more of it, or its end with the whole of it or with what went wrong. */
export type Heard =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "end"; readonly problem: string | null; readonly answer: ModelAnswer | null };

/** The answer of a model that is coming into a draft, of which there is one at most. */
export class IncomingAnswer {
  private current: string | null = null;
  private asked = 0;

  /** The id of the question; null while none is asked. */
  get id(): string | null {
    return this.current;
  }

  /** What to ask a model for a draft that has a prompt. */
  begin(
    draft: DemonstrationDraft,
    model: string,
    settings: Pick<ChatQuestion, "temperature" | "responseTokens" | "seed">,
  ): ChatQuestion {
    const [{ prompt }] = answeredPrompts(draft);
    const id = `${draft.id}:${this.asked++}`;
    this.current = id;
    return { id, prompt, model, ...settings };
  }

  /** Null for an event of another question. */
  hear(event: ChatEvent): Heard | null {
    if (!("id" in event) || this.current === null) return null;
    if (event.event === "problem" && (event.id === null || event.id === this.current))
      return { type: "end", problem: event.message, answer: null };
    if (event.id !== this.current) return null;
    if (event.event === "token") return { type: "text", text: event.text };
    if (event.event !== "answer") return null;
    const { model, checkpointHash, temperature, seed, text } = event;
    return { type: "end", problem: null, answer: { model, checkpointHash, temperature, seed, text } };
  }

  /** Whether there was one to end. */
  end(): boolean {
    const was = this.current !== null;
    this.current = null;
    return was;
  }
}
