import {
  boolean,
  decodeText,
  integerFrom,
  isObject,
  listOf,
  object,
  oneOf,
  recordOf,
  string,
  unexpected,
  withDefault,
  type Decoded,
  type Decoder,
} from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { readBytes, writeBytes } from "./byteAlphabet";
import { createTokenizer, endOfText, type Merge, type Tokenizer, type Vocabulary } from "./tokenizer";

/**
 * The tokenizer as Hugging Face's tokenizer.json, which `tokenizers` and `transformers` read with the same ids: a BPE model in GPT-2's byte
 * alphabet, its pre-tokenizer and decoder, and the special tokens. There, unlike here, "<|endoftext|>" in a text becomes the end token.
 */
export function tokenizerJson(tokenizer: Tokenizer): string {
  const { tokens, merges, special } = tokenizer.vocabulary;
  const textOf = (id: number): string => special.get(id) ?? writeBytes(tokens[id]);
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const file = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...special].map(([id, content]) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((_, id) => [textOf(id), id])),
      merges: merges.map(({ left, right }) => [textOf(left), textOf(right)]),
    },
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** Reads a byte-level BPE tokenizer.json of Hugging Face's form, ours or another's, or says in one sentence why it cannot be used. */
export function parseTokenizerJson(text: string, where: string): Tokenizer | Problem {
  const file = decodeText(tokenizerFile, text, where);
  if (isProblem(file)) return file;
  const vocabulary = readVocabulary(file, where);
  return isProblem(vocabulary) ? vocabulary : createTokenizer(vocabulary);
}

/** A setting that must have the value our tokenizer works by. */
function only<T extends boolean>(value: T): Decoder<T | null> {
  return (found, place) =>
    found === value || found === undefined || found === null
      ? value
      : unexpected(`${value}, the only way known here`, found, place);
}

const absent: Decoder<null> = (found, place) =>
  found === null || found === undefined || found === ""
    ? null
    : unexpected("absent, because nothing of that kind is known here", found, place);

/** One merge as "a b" (GPT-2's file) or ["a", "b"]. */
const mergePair: Decoder<readonly [string, string]> = (value, place) => {
  const parts: unknown = typeof value === "string" ? value.split(" ") : value;
  if (Array.isArray(parts) && parts.length === 2) {
    const [left, right] = parts as readonly unknown[];
    if (typeof left === "string" && typeof right === "string" && left !== "" && right !== "")
      return [left, right];
  }
  return unexpected("two tokens", value, place);
};

const byteLevel = oneOf(["ByteLevel"]);

/** None that changes the ids: `transformers` writes a template of the text alone. */
const postProcessor: Decoder<null> = (value, place) => {
  const { type, special_tokens: added } = isObject(value) ? value : {};
  const isPlain = type === "TemplateProcessing" && isObject(added) && Object.keys(added).length === 0;
  return value === null || value === undefined || type === "ByteLevel" || isPlain
    ? null
    : unexpected("one that adds no tokens to a text", value, place);
};

const tokenizerFile = object({
  normalizer: absent,
  pre_tokenizer: object({ type: byteLevel, add_prefix_space: only(false), use_regex: only(true) }),
  post_processor: postProcessor,
  decoder: object({ type: byteLevel }),
  added_tokens: withDefault(
    listOf(object({ id: integerFrom(0), content: string, special: withDefault(boolean, false) })),
    [],
  ),
  model: object({
    type: oneOf(["BPE"]),
    dropout: absent,
    continuing_subword_prefix: absent,
    end_of_word_suffix: absent,
    byte_fallback: only(false),
    ignore_merges: only(false),
    vocab: recordOf(integerFrom(0)),
    merges: listOf(mergePair),
  }),
});

type TokenizerFile = Decoded<typeof tokenizerFile>;

function readVocabulary(file: TokenizerFile, where: string): Vocabulary | Problem {
  const bad = (what: string): Problem => new Problem("malformed", `${where}: ${what}`);
  const ids = tokenIds(file, bad);
  if (isProblem(ids)) return ids;
  const endToken = ids.get(endOfText);
  if (endToken === undefined)
    return bad(`there is no token "${endOfText}", which ends a response; add it to "added_tokens".`);
  const added = new Map(file.added_tokens.map(({ content, special }) => [content, special])).set(
    endOfText,
    true,
  );
  const tokens = new Array<Uint8Array>(ids.size);
  const special = new Map<number, string>();
  for (const [text, id] of ids) {
    const isSpecial = added.get(text);
    if (isSpecial === true) special.set(id, text);
    const bytes = isSpecial === undefined ? readBytes(text) : addedBytes(text, isSpecial);
    if (bytes === null || (bytes.length === 0 && isSpecial !== true))
      return bad(`the token ${JSON.stringify(text)} is not written in GPT-2's byte alphabet.`);
    tokens[id] = bytes;
  }
  const ordinary = new Map([...ids].filter(([text]) => !added.has(text)));
  for (let byte = 0; byte < 256; byte++)
    if (!ordinary.has(writeBytes(Uint8Array.of(byte))))
      return bad(`there is no token for the byte ${byte}, so that some texts could not be encoded.`);
  const merges = readMerges(file.model.merges, ordinary, bad);
  return isProblem(merges) ? merges : { tokens, merges, special, endToken };
}

/** An added token stands for its text as it is, a special one for nothing. */
function addedBytes(text: string, isSpecial: boolean): Uint8Array {
  return isSpecial ? new Uint8Array(0) : new TextEncoder().encode(text);
}

type Complain = (what: string) => Problem;

/** The id of each token; together they are 0 … n − 1, each once. */
function tokenIds(file: TokenizerFile, bad: Complain): ReadonlyMap<string, number> | Problem {
  const ids = new Map(Object.entries(file.model.vocab));
  for (const { content, id } of file.added_tokens) {
    const before = ids.get(content);
    if (before !== undefined && before !== id)
      return bad(
        `the token ${JSON.stringify(content)} has the id ${before} in "vocab" and ${id} in "added_tokens".`,
      );
    ids.set(content, id);
  }
  const texts = new Map<number, string>();
  for (const [text, id] of ids) {
    const other = texts.get(id);
    if (other !== undefined)
      return bad(`the tokens ${JSON.stringify(other)} and ${JSON.stringify(text)} have the same id ${id}.`);
    if (id >= ids.size)
      return bad(
        `the id ${id} of ${JSON.stringify(text)} leaves a gap: ${ids.size} tokens have the ids 0 to ${ids.size - 1}.`,
      );
    texts.set(id, text);
  }
  return ids;
}

function readMerges(
  pairs: readonly (readonly [string, string])[],
  ids: ReadonlyMap<string, number>,
  bad: Complain,
): readonly Merge[] | Problem {
  const merges: Merge[] = [];
  const seen = new Set<string>();
  for (const [i, [leftText, rightText]] of pairs.entries()) {
    const [left, right, token] = [leftText, rightText, leftText + rightText].map((text) => ids.get(text));
    const named = `merge ${i + 1}, of ${JSON.stringify(leftText)} and ${JSON.stringify(rightText)},`;
    if (left === undefined || right === undefined || token === undefined)
      return bad(`${named} needs a token that is not in "vocab".`);
    const key = `${left} ${right}`;
    if (seen.has(key)) return bad(`${named} stands there twice.`);
    seen.add(key);
    merges.push({ left, right, token });
  }
  return merges;
}
