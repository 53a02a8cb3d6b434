/**
 * The number of letters to insert, delete or exchange to get from one word to the other (Levenshtein 1966).
 *
 * Example: "klCoeff" and "klCoef" are 1 apart
 */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1));
    row = next;
  }
  return row[to.length];
}

/** The known word with the fewest edits from this one, whatever its case; the first of equals. Throws RangeError of no words. */
export function nearestWord(word: string, known: readonly string[]): string {
  if (known.length === 0) throw new RangeError("nearestWord needs at least one known word");
  const distances = known.map((candidate) => editDistance(word.toLowerCase(), candidate.toLowerCase()));
  return known[distances.indexOf(Math.min(...distances))];
}
