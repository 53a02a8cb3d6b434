import { chatTextKeys, type ChatTextKey } from "../../extension/protocol/chatMessages";

/** A text for every key of the chat page, in place of the host's translations. */
export function chatTextExamples(): Readonly<Record<ChatTextKey, string>> {
  return Object.fromEntries(chatTextKeys.map((key) => [key, `${key} {0} {1}`])) as Record<
    ChatTextKey,
    string
  >;
}
