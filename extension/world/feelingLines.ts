import type { Mood } from "./words";

/** What a line with a feeling can say. */
export function feelingLines(subject: string, mood: Mood): string[] {
  return mood === "glad"
    ? [
        `i love the ${subject}`,
        `the ${subject} is good and i am glad`,
        `i am glad to see the ${subject}`,
        `i love the nice ${subject}`,
      ]
    : [
        `i miss the ${subject}`,
        `the ${subject} is bad and i am sad`,
        `i am sad to see the ${subject}`,
        `i miss the poor ${subject}`,
      ];
}
