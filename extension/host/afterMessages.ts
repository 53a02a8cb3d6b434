/**
 * Does something long once the messages that were posted before are on their way to the window: the extension host sends them in a timer of its
 * own, and what blocks it until then holds them up too.
 */
export const afterMessages = (act: () => void): void => void setTimeout(act);
