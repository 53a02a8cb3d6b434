/**
 * GPT-2's way to write bytes as visible text: the 188 printable characters of Latin-1 stand for themselves, the other 68 bytes, in order,
 * are U+0100 … U+0143. A space is "Ġ", a line feed "Ċ". Token texts in tokenizer.json are written in it.
 * Source: Radford et al. 2019, `bytes_to_unicode` of their encoder.py.
 */
const isPrintable = (byte: number): boolean =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);

const hidden = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isPrintable(byte));

/** The character that stands for each byte. */
const characters: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  String.fromCharCode(isPrintable(byte) ? byte : 256 + hidden.indexOf(byte)),
);

const bytesByCharacter: ReadonlyMap<string, number> = new Map(
  characters.map((character, byte) => [character, byte]),
);

/** All bytes in the order of their characters, which is the order of GPT-2's first 256 tokens: "!" is 0, a space is 220. */
export const bytesInAlphabetOrder: readonly number[] = [...bytesByCharacter]
  .sort(([a], [b]) => a.charCodeAt(0) - b.charCodeAt(0))
  .map(([, byte]) => byte);

/** Bytes as visible text. Example: " a" is "Ġa". */
export function writeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => characters[byte]).join("");
}

/** The bytes of visible text, or null when a character stands for none. */
export function readBytes(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = bytesByCharacter.get(text[i]);
    if (byte === undefined) return null;
    bytes[i] = byte;
  }
  return bytes;
}
