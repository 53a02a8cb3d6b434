import { chatTextKeys, type ChatTextKey } from "../../extension/protocol/chatMessages";

/** A text for every key of the chat page, in place of the host's translations. A button's longer name begins with what stands on it, as theirs do. */
export function chatTextExamples(): Readonly<Record<ChatTextKey, string>> {
  const onButtons: readonly string[] = ["change", "copy", "remove"] satisfies readonly ChatTextKey[];
  const textOf = (key: string): string =>
    onButtons.includes(key) ? key : `${key.replace(/Of$/, "")} {0} {1}`;
  return Object.fromEntries(chatTextKeys.map((key) => [key, textOf(key)])) as Record<ChatTextKey, string>;
}
