import assert from "node:assert/strict";
import { shuffledSource } from "../../extension/data/source";
import type { PolicyNetwork } from "../../extension/model/network";
import type { PpoConfig } from "../../extension/protocol/runConfig";
import { drain, letterPpo, letterSequences, smallPpo } from "../../extension/selfcheck/smallPpo";
import { trainPpo } from "../../extension/trainer/ppo";
import { expectClose } from "./expectClose";

/** No token ends a response, and all sequences have one length: few shapes, each of which takes seconds to compile with XLA. */
const noEnd = -1;
const even = letterSequences(400, 8).filter(({ response }) => response.length === 6);

type Sampler = PolicyNetwork["generate"];

/** A PPO run with ptx on the backend that runs, its responses sampled or given. */
export async function evenPpo(config: PpoConfig, sampler: (own: Sampler) => Sampler) {
  const parts = await letterPpo(11, { endToken: noEnd }, config);
  const policy = { ...parts.policy, generate: sampler(parts.policy.generate) };
  const pretraining = { model: parts.policyModel, sequences: shuffledSource(even, 11, "ptx") };
  return drain(trainPpo({ ...parts, policy, pretraining }));
}

type Run = Awaited<ReturnType<typeof evenPpo>>;

/** Every figure and every weight of the run's end. A clip fraction counts tokens, and one of them may lie within rounding of the range. */
export function expectSameRun(found: Run, expected: Run, tolerance: number): void {
  const lines = ({ events }: Run) => events.flatMap((event) => (event.type === "iteration" ? [event] : []));
  assert.equal(lines(found).length, lines(expected).length);
  lines(expected).forEach(({ iteration, values }, i) => {
    for (const [name, value] of Object.entries(values)) {
      if (/^(time|throughput)\//.test(name)) continue;
      const counts = /clipFraction/i.test(name);
      const [a, b] = [lines(found)[i].values[name], value];
      if (Number.isNaN(b)) assert.ok(Number.isNaN(a), name);
      else expectClose(a, b, counts ? 0.02 : tolerance, `${name} of iteration ${iteration}`);
    }
  });
  const last = lines(expected).length - 1;
  for (const [name, { data }] of Object.entries(expected.states.get(last)?.tensors ?? {}))
    if (/^(policy|value)\//.test(name))
      expectClose(found.states.get(last)?.tensors[name].data ?? [], data, tolerance, name);
}

export const evenSettings: PpoConfig = {
  ...smallPpo,
  ...{ episodes: 16, minibatch: 16, ppoEpochs: 2, responseTokens: 8, loggedEpisodes: 16, temperature: 0.9 },
  ...{ emaDecay: 0.9, checkpointEvery: 1, rewardScalePrompts: 16 },
};
