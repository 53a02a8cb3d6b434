/**
 * GPT-2's words: contractions, letters, digits or other signs, each with the one space before it, and runs of white space, of which the
 * last space belongs to the next word. Tokens never cross a word's border. Together the words are the text.
 *
 * White space is Unicode's property, as in Python's and Rust's tokenizers; JavaScript's `\s` has U+FEFF too and lacks U+0085.
 * Source: Radford et al. 2019, the pattern of their encoder.py.
 *
 * Example: "I'll go  home" is "I", "'ll", " go", " ", " home"
 */
const word =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

export function splitWords(text: string): readonly string[] {
  return text.match(word) ?? [];
}
