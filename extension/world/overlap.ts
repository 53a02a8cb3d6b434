/**
 * How much two sequences of words share, order kept: the F-measure of their longest common subsequence.
 *
 *   2·LCS(a, b)/(|a| + |b|)
 *
 * Source: ROUGE-L with β = 1 (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries"). 0 when either is empty.
 *
 * Example: "the fox is red" and "the red fox" share 2 of 4 and 3 words: 4/7
 */
export function overlap(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  let previous = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const row = [0];
    for (let j = 0; j < b.length; j++)
      row.push(word === b[j] ? previous[j] + 1 : Math.max(previous[j + 1], row[j]));
    previous = row;
  }
  return (2 * previous[b.length]) / (a.length + b.length);
}
