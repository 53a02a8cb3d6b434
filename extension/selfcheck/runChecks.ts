import { writeParameters } from "../engine/parameters";
import { groupOf } from "../trainer/state";
import { trainPpo } from "../trainer/ppo";
import type { TrainerState } from "../protocol/trainerEvents";
import type { CheckOptions, CheckResult } from "./checks";
import { bitsOf, drain, letterPpo, metricLines } from "./smallPpo";

/** Four iterations of PPO-ptx with EMA and adaptive KL; again from the state after two: the same metrics and the same bits. */
export async function resumeCheck({ seed }: CheckOptions): Promise<CheckResult> {
  const whole = await drain(trainPpo(await letterPpo(seed)));
  const middle = stateAt(whole.states, 2);
  const parts = await letterPpo(seed, { resume: middle });
  writeParameters(parts.policy.parameters, groupOf(middle, "policy"));
  if (parts.value) writeParameters(parts.value.parameters, groupOf(middle, "value"));
  const rest = await drain(trainPpo(parts));
  const sameMetrics =
    JSON.stringify(metricLines(rest.events)) === JSON.stringify(metricLines(whole.events).slice(3));
  const sameWeights =
    JSON.stringify(bitsOf(stateAt(rest.states, 4))) === JSON.stringify(bitsOf(stateAt(whole.states, 4)));
  return {
    passed: sameMetrics && sameWeights,
    figures: { sameMetrics: Number(sameMetrics), sameWeights: Number(sameWeights) },
  };
}

/** The same seed twice: the same bits; `hash` is to be compared with another machine's on the same backend. */
export async function determinismCheck({ seed }: CheckOptions): Promise<CheckResult> {
  const runs = [await drain(trainPpo(await letterPpo(seed))), await drain(trainPpo(await letterPpo(seed)))];
  const [first, second] = runs.map((run) =>
    JSON.stringify([metricLines(run.events), bitsOf(stateAt(run.states, 4))]),
  );
  let hash = 0x811c9dc5;
  for (let i = 0; i < first.length; i++) hash = Math.imul(hash ^ first.charCodeAt(i), 0x01000193);
  return { passed: first === second, figures: { same: Number(first === second), hash: hash >>> 0 } };
}

function stateAt(states: ReadonlyMap<number, TrainerState>, iteration: number): TrainerState {
  const state = states.get(iteration);
  if (!state) throw new Error(`no state of iteration ${iteration}`);
  return state;
}
