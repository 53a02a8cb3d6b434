import { expectShape, rowLengths } from "./shape";

export interface GaeInput {
  readonly rewards: Float32Array;
  readonly values: Float32Array;
  readonly responseMask: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly gamma: number;
  readonly lambda: number;
}

/**
 * Generalized advantage estimates for a batch of responses.
 *
 *   δ_t = r_t + γ·V_{t+1} − V_t          (V = 0 after the last real token)
 *   Â_t = δ_t + γ·λ·Â_{t+1}
 *   return_t = Â_t + V_t
 *
 * rewards, values      [B, R]  per response token, in reward-model units
 * responseMask         [B, R]  1 = real token; each row is ones, then zeros
 * advantages, returns  [B, R]  0 where the mask is 0
 *
 * All arrays are row-major; B is `rows`, R is `columns`.
 *
 * Source: Schulman et al. 2016, "High-Dimensional Continuous Control Using Generalized Advantage Estimation", eq. 16, truncated at the
 * response's end.
 * Throws RangeError when the shapes differ or a mask row has a hole.
 *
 * Example: rewards 0 0 1, values ½ ½ ½, γ = 1, λ = 0.95 gives 0.45125 0.475 0.5
 */
export function gae({ rewards, values, responseMask, rows, columns, gamma, lambda }: GaeInput): {
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
} {
  expectShape([rewards.length], [rows * columns], "rewards");
  expectShape([values.length], [rows * columns], "values");
  const advantages = new Float32Array(rows * columns);
  const returns = new Float32Array(rows * columns);
  rowLengths(responseMask, rows, columns, "responseMask").forEach((length, row) => {
    let advantage = 0;
    let nextValue = 0;
    for (let i = row * columns + length - 1; i >= row * columns; i--) {
      advantage = rewards[i] + gamma * nextValue - values[i] + gamma * lambda * advantage;
      nextValue = values[i];
      advantages[i] = advantage;
      returns[i] = advantage + values[i];
    }
  });
  return { advantages, returns };
}
