import type { Tokenizer } from "./tokenizer";

/** Text out of tokens as they come. A token may end inside a character, whose bytes are then held back until it is whole. */
export interface TextStream {
  /** The characters that this token completes. */
  push(token: number): string;
  /** What is left at the end: a character that never became whole is U+FFFD. */
  end(): string;
}

/** All pieces together are what `decode` gives for all tokens. Throws RangeError for an id that is no token. */
export function createTextStream({ vocabulary: { tokens } }: Pick<Tokenizer, "vocabulary">): TextStream {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    push: (token) => {
      if (tokens[token] === undefined)
        throw new RangeError(`a token is a whole number from 0 to ${tokens.length - 1}, not ${token}`);
      return decoder.decode(tokens[token], { stream: true });
    },
    end: () => decoder.decode(),
  };
}
