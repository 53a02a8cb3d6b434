/** What Windows-1252 shows for the bytes 80 to BF; those it has nothing for stand for themselves. */
const signsFrom80 =
  "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ" +
  Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xa0 + i)).join("");

const next = `[${signsFrom80.replace(/[\]\\^-]/g, "\\$&")}]`;
/** What UTF-8's accented Latin letters, punctuation and pictures look like, the sequences of two, three and four bytes. */
const sequences = new RegExp(`[ÂÃ]${next}|â${next}${next}|ð${next}${next}${next}`, "g");
/** The closing quotation mark, whose last byte Windows-1252 has nothing for and many programs drop. */
const cutQuote = /â€/g;
/** The same as `sequences` in text that was put in small letters afterwards. */
const lowered = new RegExp(`[âã](${next})`, "g");

const byteOf = (sign: string): number => 0x80 + signsFrom80.indexOf(sign);

/** Text out of bytes in Windows-1252. Node before 22 reads the bytes 80 to 9F otherwise, so this is done here. */
export function readWindows1252(bytes: Uint8Array): string {
  const signs = Array.from(bytes, (byte) =>
    byte >> 5 === 4 ? signsFrom80[byte - 0x80] : String.fromCharCode(byte),
  );
  return signs.join("");
}

/**
 * UTF-8 text that was once read as Windows-1252, as it was meant: "donâ€™t" gives "don’t". Texts without such marks stay as they are;
 * only a mark that ordinary text never holds starts the repair.
 */
export function repairMojibake(text: string): string {
  if (!/â€|Ã[\u0080-\u00bf]|Â[\u00a0-\u00bf]|ðŸ|ã[±©¡³]|â[«»¡]/.test(text)) return text;
  const isLower = text === text.toLowerCase();
  const repaired = text.replace(sequences, decoded).replace(cutQuote, "”");
  return isLower
    ? repaired.replace(lowered, (found, last: string) =>
        found[0] === "ã" ? String.fromCharCode(0x40 + byteOf(last)) : last,
      )
    : repaired;
}

/** The character of a sequence of UTF-8 bytes, or the sequence itself where that is none. */
function decoded(sequence: string): string {
  const [first, ...rest] = [...sequence];
  const lead = first.charCodeAt(0) & (rest.length === 1 ? 0x1f : rest.length === 2 ? 0x0f : 0x07);
  const code = rest.reduce((bits, sign) => bits * 64 + (byteOf(sign) & 0x3f), lead);
  const smallest = [0x80, 0x800, 0x10000][rest.length - 1];
  return code >= smallest && code <= 0x10ffff ? String.fromCodePoint(code) : sequence;
}
