/** What cleaning asks of a prompt. */
export interface CleanablePrompt {
  readonly text: string;
  readonly user?: string;
}

export interface CleaningRules {
  /** Prompts that share a prefix of so many characters are duplicates. */
  readonly duplicatePrefix: number;
  readonly maxPromptsPerUser: number;
  /** Whether a prompt is too long for the model; absent where its tokenizer is not known yet. */
  readonly isTooLong?: (text: string) => boolean;
}

export interface CleanedPrompts<T> {
  readonly kept: readonly T[];
  /** How many were left out, each for the first reason that holds. */
  readonly dropped: { readonly tooLong: number; readonly duplicates: number; readonly perUser: number };
}

/**
 * The prompts to keep, in their order: no prompt that is too long, the first of those that share a long prefix, and the first
 * `maxPromptsPerUser` of each user. Nothing is cut off a prompt; one that is shorter than the prefix is a duplicate of its equals only.
 *
 * Source: Ouyang et al. 2022, §3.2 ("long common prefix", its length not stated; at most 200 prompts per user ID).
 *
 * Example: with a prefix of 4, "abcd1" and "abcd2" are duplicates, "abc" and "abcd" are not
 */
export function cleanPrompts<T extends CleanablePrompt>(
  prompts: readonly T[],
  { duplicatePrefix, maxPromptsPerUser, isTooLong }: CleaningRules,
): CleanedPrompts<T> {
  const prefixes = new Set<string>();
  const ofUser = new Map<string, number>();
  const dropped = { tooLong: 0, duplicates: 0, perUser: 0 };
  const kept = prompts.filter(({ text, user }) => {
    if (isTooLong?.(text) === true) {
      dropped.tooLong++;
      return false;
    }
    const prefix = firstCharacters(text, duplicatePrefix);
    if (prefixes.has(prefix)) {
      dropped.duplicates++;
      return false;
    }
    prefixes.add(prefix);
    if (user === undefined) return true;
    const count = ofUser.get(user) ?? 0;
    if (count >= maxPromptsPerUser) {
      dropped.perUser++;
      return false;
    }
    ofUser.set(user, count + 1);
    return true;
  });
  return { kept, dropped };
}

/** The first characters of a text; a pair of surrogates is one character. */
function firstCharacters(text: string, count: number): string {
  return [...text.trim().slice(0, 2 * count)].slice(0, count).join("");
}

interface PersonalData {
  readonly name: "link" | "email" | "card" | "ip" | "phone";
  readonly pattern: RegExp;
  /** Whether what the pattern found is what it looks like; absent where the pattern is enough. */
  readonly isReal?: (found: string) => boolean;
}

/** The rest of a link, without the punctuation of the sentence around it. */
const linkEnd = String.raw`[^\s<>"')\]]*[^\s<>"')\].,;:!?]`;
const profileSites = String.raw`(?:facebook|instagram|twitter|x|github|gitlab)\.com\/|linkedin\.com\/in\/|t\.me\/`;
const userPaths = String.raw`[\w.-]{1,100}\/(?:\S{0,100}\/)?(?:[@~]|(?:u|user|users|profile|profiles|people)\/)`;

/** In this order, so that no part of a link or address is taken for something else. */
const personalData: readonly PersonalData[] = [
  {
    name: "link", // with a name and a password, to a profile, or with a user's name in it
    pattern: new RegExp(
      String.raw`\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s\/?#@]{1,100}@${linkEnd}|(?<![\w.@/-])(?:https?:\/\/)?(?:www\.|m\.)?(?:${profileSites})${linkEnd}|\bhttps?:\/\/(?:${userPaths}|\S{1,200}[?&](?:user|username|email)=)${linkEnd}`,
      "gi",
    ),
  },
  {
    name: "email",
    pattern: /(?<![\w.%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\w-])/gu,
  },
  { name: "card", pattern: /(?<![\w.-])\d(?:[ -]?\d){14,15}(?![\w-]|[.,]\d)/g, isReal: isCardNumber },
  {
    name: "ip",
    pattern: /(?<![\w.]|\b(?:v|version|section|chapter) ?)(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)/gi,
    isReal: isForeignAddress,
  },
  {
    name: "ip",
    pattern: /(?<![\w:.])[0-9a-f]{1,4}(?:::?[0-9a-f]{1,4}){2,7}(?:::)?(?![\w:])/gi,
    isReal: isLongAddress,
  },
  {
    name: "phone",
    pattern: /(?<![\w+]|\d )\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?![\w])/g,
    isReal: (found) => digitsOf(found).length >= 8,
  },
  {
    name: "phone",
    pattern:
      /(?<![\w.+-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}([ .-])(?=\d{3}\1))[2-9]\d{2}[ .-]\d{4}(?![\w-]|\.\d)/g,
  },
  {
    name: "phone",
    pattern: /(?<![\w.,+-]|\d )(?:\(0[1-9]\d{0,3}\)|0[1-9]\d{0,3})([ -])\d{3,4}\1?\d{3,4}(?![\w-]|[.,]\d)/g,
  },
  { name: "phone", pattern: /(?<![\w.,+-]|\d )0[1-9]([ .-])\d{2}(?:\1\d{2}){3}(?![\w-]|[.,]\d)/g },
  {
    name: "phone",
    pattern:
      /(?<=\b(?:phone|telephone|tel|mobile|fax|whatsapp|call me at|call me on|text me at)(?: number)?(?: is)?[ .:]{1,3})\d(?:[ .-]?\d){6,14}(?![\w-]|[.,]\d)/gi,
  },
];

/**
 * A text with "[email]", "[phone]", "[card]", "[ip]" and "[link]" in place of mail addresses, phone numbers, numbers of payment cards,
 * addresses on the internet and links that name a user. Rules, so that neither all nor only personal data is found: numbers that look
 * like ordinary ones (years, sums, versions, dates) stay. Masking twice is masking once.
 *
 * Source: Ouyang et al. 2022, §3.2 (filtered in the training split; how is not stated).
 *
 * Example: "mail ann@example.org or call +44 20 7946 0958" gives "mail [email] or call [phone]"
 */
export function maskPersonalData(text: string): string {
  return personalData.reduce(
    (masked, { name, pattern, isReal }) =>
      masked.replace(pattern, (found) => (isReal?.(found) === false ? found : `[${name}]`)),
    text,
  );
}

function digitsOf(text: string): number[] {
  return [...text.replace(/\D/g, "")].map(Number);
}

/** The leading digits of a common issuer, its length, and the check digit of Luhn (ISO/IEC 7812-1). */
function isCardNumber(found: string): boolean {
  const digits = digitsOf(found);
  const issuer = digits.length === 15 ? /^3[47]/ : /^(?:4|5[1-5]|2[2-7]|6)/;
  const sum = digits
    .reverse()
    .map((digit, i) => (i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit))
    .reduce((a, b) => a + b, 0);
  return issuer.test(found) && sum % 10 === 0;
}

/** Four bytes that are not one's own machine or network mask. */
function isForeignAddress(found: string): boolean {
  const bytes = found.split(".").map(Number);
  return bytes.every((byte) => byte <= 255) && ![0, 127, 255].includes(bytes[0]);
}

/** Eight groups, or one gap and a digit among at least three: no time of day and no word of a programming language. */
function isLongAddress(found: string): boolean {
  const groups = found.split(":").filter((group) => group !== "");
  const gaps = found.split("::").length - 1;
  return gaps === 0 ? groups.length === 8 : gaps === 1 && groups.length >= 3 && /\d/.test(found);
}
