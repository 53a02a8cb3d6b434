/**
 * One setting of the catalogue: its type, default and range, and what a person reads about it. Types, validation, JSON schema and
 * documentation are all derived from these values, so no two lists can disagree.
 */
export interface FieldText {
  /** What the setting does, in one or two plain sentences. */
  readonly doc: string;
  /** Unit of the value, such as "tokens" or "nats"; absent for pure numbers. */
  readonly unit?: string;
  /** The paper's value and where it stands, or "our choice". */
  readonly paper: string;
}

export type Field =
  | (FieldText & {
      readonly type: "integer";
      readonly default: number;
      readonly min: number;
      readonly max: number;
    })
  | (FieldText & {
      readonly type: "number";
      readonly default: number;
      readonly min: number;
      readonly max: number;
    })
  | (FieldText & { readonly type: "flag"; readonly default: boolean })
  | (FieldText & { readonly type: "choice"; readonly default: string; readonly choices: readonly string[] })
  | (FieldText & { readonly type: "text"; readonly default: string })
  | (FieldText & { readonly type: "list"; readonly default: readonly string[] });

type Bounds = { readonly min: number; readonly max: number };

export const integer = <D extends number>(value: D, bounds: Bounds, text: FieldText) =>
  ({ type: "integer", default: value as number, ...bounds, ...text }) as const;
export const number = <D extends number>(value: D, bounds: Bounds, text: FieldText) =>
  ({ type: "number", default: value as number, ...bounds, ...text }) as const;
export const flag = (value: boolean, text: FieldText) => ({ type: "flag", default: value, ...text }) as const;
export const choice = <const C extends readonly string[]>(value: C[number], choices: C, text: FieldText) =>
  ({ type: "choice", default: value, choices, ...text }) as const;
export const text = (value: string, description: FieldText) =>
  ({ type: "text", default: value, ...description }) as const;
export const list = (value: readonly string[], description: FieldText) =>
  ({ type: "list", default: value, ...description }) as const;

/** The TypeScript type of a field's value. */
export type ValueOf<F> = F extends { readonly type: "integer" | "number" }
  ? number
  : F extends { readonly type: "flag" }
    ? boolean
    : F extends { readonly type: "choice"; readonly choices: readonly (infer C)[] }
      ? C
      : F extends { readonly type: "list" }
        ? readonly string[]
        : string;

/** The TypeScript type of a block of fields. */
export type BlockOf<B> = { readonly [K in keyof B]: ValueOf<B[K]> };
