import type { Context } from "mocha";
import type { GptShape } from "../../extension/model/gpt";
import type { NamedArray } from "../../extension/protocol/trainerEvents";
import { sharedText } from "./sharedData";

/** A small real model: a GPT-2 by other people that sorts six digits of 0, 1 and 2 (gpt-nano-sort, from bbycroft/llm-viz). */
export interface NanoSort {
  readonly shape: GptShape;
  readonly weights: Readonly<Record<string, NamedArray>>;
  /** What its own authors' program computes on three inputs, by name. */
  readonly partials: Readonly<Record<string, NamedArray>>;
}

export function nanoSort(context: Context): NanoSort {
  const stored = readArrays(sharedText(context, "gpt-nano-sort/gpt-nano-sort-model.json"));
  const weights = Object.entries(stored)
    .filter(([name]) => !name.endsWith(".attn.bias"))
    .map(([name, array]): [string, NamedArray] => {
      // PyTorch keeps matrices as [out, in]; GPT-2's checkpoints, and ours, as [in, out].
      const isMatrix = /(c_attn|c_proj|c_fc)\.weight$/.test(name);
      return [name.replace(/^transformer\./, ""), isMatrix ? transposed(array) : array];
    });
  return {
    shape: { layers: 3, width: 48, heads: 3, context: 11, vocabulary: 3, tiedHead: false },
    weights: Object.fromEntries(weights),
    partials: readArrays(sharedText(context, "gpt-nano-sort/gpt-nano-sort-t0-partials.json")),
  };
}

/** Arrays of a file: { name: { shape, data: base64 of float32 } }; its "config" aside. */
function readArrays(text: string): Record<string, NamedArray> {
  const entries = Object.entries(JSON.parse(text) as Record<string, { shape: number[]; data: string }>);
  return Object.fromEntries(
    entries
      .filter(([name]) => name !== "config")
      .map(([name, { shape, data }]) => {
        const { buffer } = Uint8Array.from(Buffer.from(data, "base64"));
        return [name, { shape, data: new Float32Array(buffer) }];
      }),
  );
}

function transposed({ shape: [rows, columns], data }: NamedArray): NamedArray {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j];
  return { shape: [columns, rows], data: result };
}
