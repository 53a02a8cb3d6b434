import { cpus } from "node:os";
import { quantile } from "../algorithms/statistics";
import { ppoTask } from "./benchPpo";
import type { Peer } from "./benchPeer";
import {
  rewardModelTask,
  sampleTask,
  trainTask,
  type BenchSize,
  type BenchTask,
  type Figures,
} from "./benchTasks";

/** What can be measured, by name, in the order in which it is. */
export const benchTasks = {
  train: trainTask,
  sample: sampleTask,
  rewardModel: rewardModelTask,
  ppo: (size) => ppoTask(size, false),
  ppoShared: (size) => ppoTask(size, true),
} satisfies Readonly<Record<string, (size: BenchSize) => BenchTask>>;
export type BenchTaskName = keyof typeof benchTasks;

/** One figure. Medians, smallest and largest value of all rounds; the peer's are null without one. */
export type Measurement = {
  readonly name: string;
  readonly label: string;
  readonly size: string;
  readonly unit: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly repeats: number;
  readonly peerName: string | null;
  readonly peerValue: number | null;
  readonly peerMin: number | null;
  readonly peerMax: number | null;
  /** Ours better when above 1; null without a peer that was proved to do the same. */
  readonly ratio: number | null;
  /** Share of all processors that other processes took meanwhile. */
  readonly othersShare: number;
};

/** Whether peer and we found the same results from the same weights and tokens. */
export type Agreement = { readonly passed: boolean; readonly figures: Figures; readonly seconds: number };

/** The largest difference from the peer's results, relative where they are above 1. */
const tolerance = 1e-4;

/**
 * Measures one task: first that the peer finds the same results, then one round each to warm up, then rounds in turn, ours, the peer's, ours, …,
 * so that whatever disturbs the machine meets both. `onRound` is told how many rounds are done.
 */
export async function measure(
  name: BenchTaskName,
  size: BenchSize,
  peer: Peer | null,
  repeats: number,
  onRound: (done: number) => void,
): Promise<{ readonly agreement: Agreement | null; readonly measurements: readonly Measurement[] }> {
  const task = benchTasks[name](size);
  try {
    await peer?.call("open", task.forPeer);
    const agreement = peer && (await agree(task, peer));
    const rounds: { readonly ours: Figures; readonly peers: Figures | undefined }[] = [];
    let others = loadOfOthers(peer);
    for (let round = 0; round <= repeats; round++) {
      const [ours, peers] = [await task.run(), await peer?.call("run", {})];
      if (round === 0) others = loadOfOthers(peer);
      else rounds.push({ ours, peers });
      onRound(round);
    }
    const common = { size: size.name, repeats, peerName: peer?.name ?? null, othersShare: others() };
    const comparable = agreement?.passed === true;
    const measurements = Object.entries(task.figures).map(([figure, { label, unit }]): Measurement => {
      const ours = rounds.map((round) => round.ours[figure]);
      const peers = peer && rounds.map((round) => round.peers?.[figure] ?? NaN);
      return summary({ name: `${name}/${figure}`, label, unit, ...common }, ours, peers, comparable);
    });
    const memory = {
      name: `${name}/peakMemory`,
      label: "  peak memory so far",
      unit: "MB",
      ...common,
      repeats: 1,
    };
    return { agreement, measurements: [...measurements, peakMemory(memory, peer, comparable)] };
  } finally {
    await task.dispose();
  }
}

async function agree(task: BenchTask, peer: Peer): Promise<Agreement> {
  const start = performance.now();
  const { given, results } = await task.check();
  const theirs = await peer.call("check", given);
  const differences = Object.entries(results).map(
    ([name, ours]) => Math.abs(ours - theirs[name]) / Math.max(1, Math.abs(theirs[name])),
  );
  const difference = differences.some(Number.isNaN) ? NaN : Math.max(...differences);
  const peers = Object.entries(theirs).map(([name, value]) => [`peer_${name}`, value] as const);
  return {
    passed: difference <= tolerance,
    figures: { difference, ...results, ...Object.fromEntries(peers) },
    seconds: (performance.now() - start) / 1000,
  };
}

type Named = Pick<Measurement, "name" | "label" | "size" | "unit" | "repeats" | "peerName" | "othersShare">;

function summary(
  named: Named,
  ours: readonly number[],
  peers: readonly number[] | null,
  comparable: boolean,
): Measurement {
  const [value, peerValue] = [quantile(ours, 0.5), peers && quantile(peers, 0.5)];
  const better = (peer: number): number => (named.unit === "tokens/s" ? value / peer : peer / value);
  return {
    ...named,
    value,
    min: Math.min(...ours),
    max: Math.max(...ours),
    peerValue,
    peerMin: peers && Math.min(...peers),
    peerMax: peers && Math.max(...peers),
    ratio: peerValue !== null && comparable ? better(peerValue) : null,
  };
}

/** The most memory that this process and the peer's ever held, from their start to the end of this task. */
function peakMemory(named: Named, peer: Peer | null, comparable: boolean): Measurement {
  const ours = (process.resourceUsage().maxRSS * 1024) / 1e6;
  const peers = peer && peer.usage().peakMemoryBytes / 1e6;
  return summary(named, [ours], peers === null || Number.isNaN(peers) ? null : [peers], comparable);
}

/** Starts to watch the machine; the function it returns gives the share of all processors that neither we nor the peer took since. */
function loadOfOthers(peer: Peer | null): () => number {
  const now = () => {
    const { user, system } = process.cpuUsage();
    const idle = cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1000;
    const own = (user + system) / 1e6 + (peer?.usage().cpuSeconds ?? 0);
    return { accounted: idle + own, available: (performance.now() / 1000) * cpus().length };
  };
  const start = now();
  return () => {
    const end = now();
    const share = 1 - (end.accounted - start.accounted) / (end.available - start.available);
    return Math.min(1, Math.max(0, share));
  };
}
