import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeJson } from "../../extension/protocol/codec";
import { changeMarks, readRun } from "../../extension/runs/runFolder";
import { rolloutFile, runPaths, type RunPaths } from "../../extension/runs/runPaths";
import { good } from "./fakeRuns";
import { writeRun, type MadeRun } from "./manyRuns";

/** What tries to be more than text wherever a report shows it. */
export const hostile =
  '</script><script>globalThis.broken = 1</script><img src=x onerror="globalThis.broken = 2"> | [x](javascript:1) ![y](https://evil.example/y.png) `{0}` **b**\n# head\n<!-- \u0000\u202e';

const sha = (digit: string): string => digit.repeat(64);
const idOf = ({ folder }: RunPaths): string => folder.split(/[/\\]/).at(-1) ?? "";
const parentOf = (role: string, paths: RunPaths) => {
  const id = idOf(paths);
  return { role, reference: id, folder: `runs/${id}`, run: id, checkpoint: null, sha256: sha("a") };
};

export interface ReportProject {
  readonly sft: string;
  readonly rm: string;
  readonly ppo: string;
  /** Evaluations of the SFT model and of the policy. */
  readonly evaluations: readonly string[];
}

/** A pipeline as files: SFT, reward model, PPO with a spike, a value that is none, a live change and notes, and evaluations; `said` stands wherever files hold texts. */
export function writeReportProject(project: string, said: string): ReportProject {
  const made = (run: MadeRun): RunPaths => writeRun(project, run);
  const course = Array.from({ length: 40 }, (_, i) => Math.sin(i / 6));
  const sft = made({ stage: "sft", minute: 0, values: course, config: { sft: { variant: "baseline" } } });
  const rm = made({ stage: "rm", minute: 1, values: course, parents: [parentOf("initial", sft)] });
  const ppo = made({
    ...{ stage: "ppo", minute: 2, values: [], iterations: 40, checkpoints: { 20: 0.5, 40: 1 } },
    parents: [parentOf("initial", sft), parentOf("reference", sft), parentOf("rewardModel", rm)],
  });
  const rows = course.map((value, i) => ({
    iteration: i,
    "objective/score": i === 20 ? 30 : value,
    "objective/klPolicyReference": i === 0 ? 0 : i / 4,
    "objective/rewardPerSequence": i === 7 ? NaN : value - i / 100,
    "policy/entropy": 2 - i / 100,
    ...(i === 5 && { warnings: [said] }),
  }));
  writeFileSync(ppo.metrics, rows.map((row) => `${encodeJson(row)}\n`).join(""));
  writeFileSync(ppo.status, encodeJson({ ...statusOf(39, 40), reason: said, state: "stopped" }));
  const change = { key: "klCoef", old: 0.02, new: 0.05 };
  const line = { time: "2026-01-02T03:05:00Z", who: said, iteration: 12, changes: [change] };
  writeFileSync(ppo.interventions, `${encodeJson(line)}\n`);
  good(changeMarks(ppo, { name: said, notes: said, pins: [{ iteration: 3, note: said }] }));
  mkdirSync(ppo.rollouts, { recursive: true });
  for (const iteration of [0, 39])
    writeFileSync(
      rolloutFile(ppo, iteration),
      [1, 2, 3, 4].map((n) => `${encodeJson(episodeOf(iteration, n, said))}\n`).join(""),
    );
  const evaluations = [sft, ppo].map((policy, i) => {
    const shared = [parentOf("sft", sft), parentOf("rewardModel", rm)];
    const policyParent = { ...parentOf("policy", policy), sha256: sha(String(i)) };
    const paths = made({
      stage: "evaluate",
      minute: 3 + i,
      values: [0.5],
      parents: [policyParent, ...shared],
    });
    const samples = [1, 2].map((n) => ({
      ...{ promptId: `p${n}`, prompt: `${n} ${said}`, response: said, score: 0.5 },
      ...{ sftResponse: "", sftScore: 0 },
    }));
    writeFileSync(paths.result, encodeJson({ formatVersion: 1, figures: { samples } }));
    return idOf(paths);
  });
  return { sft: idOf(sft), rm: idOf(rm), ppo: idOf(ppo), evaluations };
}

const statusOf = (iteration: number, iterations: number) => ({
  ...{ formatVersion: 1, state: "finished", iteration, iterations, progress: null },
  ...{ heartbeat: "2026-01-02T03:10:00Z", reason: null },
});

function episodeOf(iteration: number, episode: number, said: string): object {
  const none = { promptTokens: [], responseTokens: [], logprobs: [], referenceLogprobs: [], values: [] };
  const empty = {
    rewards: [],
    advantages: [],
    returns: [],
    entropies: [],
    ratiosAfter: [],
    alternatives: [],
  };
  return {
    ...{ iteration, episode, promptId: "p", prompt: said, response: `${episode} ${said}` },
    ...{ ...none, ...empty, score: episode / 4, kl: 1, endReached: true },
  };
}

export const runOf = (project: string, id: string) =>
  good(readRun(runPaths(join(project, "runs", id)).folder));
