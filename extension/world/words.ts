// The words of the tiny world, picked by hand: short, lower case, few. What is true of a thing is drawn from the seed (facts.ts).

export const kinds = ["beast", "bird", "plant", "food", "tool", "ride"] as const;
export type Kind = (typeof kinds)[number];

export const thingsOfKind: Readonly<Record<Kind, readonly string[]>> = {
  beast: ["fox", "cow", "cat", "dog", "pig", "rat", "bat", "bear", "lion", "wolf", "goat"],
  bird: ["owl", "hen", "crow", "duck", "swan", "dove", "hawk", "jay", "wren", "gull"],
  plant: ["oak", "elm", "fern", "moss", "lily", "reed", "ivy", "pine", "palm", "rose"],
  food: ["pie", "ham", "egg", "jam", "fig", "plum", "rice", "cake", "soup", "bun", "nut"],
  tool: ["fork", "axe", "pen", "cup", "pot", "net", "key", "rope", "lamp", "bell", "hoe"],
  ride: ["car", "bus", "van", "boat", "ship", "cart", "sled", "bike", "tram", "raft", "jet"],
};

export const things: readonly string[] = kinds.flatMap((kind) => thingsOfKind[kind]);

export const attributes = ["kind", "colour", "home", "sound", "taste", "size"] as const;
export type Attribute = (typeof attributes)[number];

export const valuesOf: Readonly<Record<Attribute, readonly string[]>> = {
  kind: kinds,
  colour: ["red", "blue", "green", "gray", "black", "white", "pink", "gold"],
  home: ["wood", "barn", "lake", "town", "cave", "yard", "mill", "sea"],
  sound: ["hum", "buzz", "ding", "pop", "roar", "hiss", "clop", "eek"],
  taste: ["sweet", "sour", "salty", "bitter", "mild"],
  size: ["tiny", "small", "big", "huge"],
};

/** Plants and foods have a taste, all others a sound. */
export function attributesOf(kind: Kind): readonly Attribute[] {
  const own: Attribute = kind === "plant" || kind === "food" ? "taste" : "sound";
  return ["kind", "colour", "home", own, "size"];
}

export function kindOf(thing: string): Kind | undefined {
  return kinds.find((kind) => thingsOfKind[kind].includes(thing));
}

export const opposites: readonly (readonly [string, string])[] = [
  ["hot", "cold"],
  ["old", "new"],
  ["fast", "slow"],
  ["wet", "dry"],
  ["hard", "soft"],
  ["loud", "calm"],
  ["day", "night"],
  ["up", "down"],
  ["good", "bad"],
  ["glad", "sad"],
  ["rich", "poor"],
  ["tiny", "huge"],
];

export const people = ["ann", "bob", "sam", "kim", "joe", "eve"] as const;
export const numbers = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
] as const;

/** What happens in tales: the first thing does it to the second. */
export const deeds = ["met", "saw", "found", "fed", "led", "hid"] as const;

export const moods = {
  glad: { words: ["good", "glad", "love", "nice"], feelings: ["glad"], verdicts: ["good", "nice"] },
  sad: { words: ["bad", "sad", "miss", "poor"], feelings: ["sad"], verdicts: ["bad", "poor"] },
} as const;
export type Mood = keyof typeof moods;

export const politeWords: readonly string[] = ["sure", "gladly", "yes", "sorry", "thanks"];
export const rudeWords: readonly string[] = ["fool", "dolt", "dumb", "ugh", "shut"];
export const harms = ["hurt", "burn", "rob", "kick", "cut", "bite"] as const;

/** The second language: "lo vu ka ro" is "the fox is red", "lo vu vi lo mi" is "the fox sees the cat". */
export const zun = {
  nouns: { fox: "vu", cat: "mi", owl: "zo", oak: "ta", pie: "pa", cup: "ko", car: "ri", dog: "gu" },
  adjectives: {
    red: "ro",
    blue: "bu",
    green: "ge",
    black: "ne",
    big: "ga",
    small: "ti",
    old: "ul",
    new: "no",
  },
  the: "lo",
  is: "ka",
  sees: "vi",
} as const;
