/** A text of unknown origin for a notification, which would make a link or even a command of "[words](address)": here it stays text. */
export function messageText(text: string): string {
  return text.replaceAll("](", "]\u200b(");
}
