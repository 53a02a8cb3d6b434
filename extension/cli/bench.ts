import { cpus } from "node:os";
import { quantile } from "../algorithms/statistics";
import { peakMemory } from "../engine/peakMemory";
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
  /** What the same memory was estimated to be before. */
  readonly estimate?: number;
};

/** Whether peer and we found the same results from the same weights and tokens. */
export type Agreement = { readonly passed: boolean; readonly figures: Figures; readonly seconds: number };

/** The largest difference from the peer's results, relative where they are above 1. */
const tolerance = 1e-4;

/** What one task gave; `agreement` is null without a peer. */
export interface Measured {
  readonly agreement: Agreement | null;
  readonly measurements: readonly Measurement[];
}

interface Played {
  readonly task: Pick<BenchTask, "figures" | "estimate">;
  readonly agreement: Agreement | null;
  readonly rounds: readonly { readonly ours: Figures; readonly peers: Figures | undefined }[];
  readonly othersShare: number;
}

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
): Promise<Measured> {
  const held: { played?: Played } = {};
  const tensorBytes = await peakMemory(async () => {
    held.played = await play(benchTasks[name](size), peer, repeats, onRound);
  });
  if (!held.played) throw new Error(`nothing was measured of ${name}`);
  const { task, agreement, rounds, othersShare } = held.played;
  const common = { size: size.name, repeats, peerName: peer?.name ?? null, othersShare };
  const comparable = agreement?.passed === true;
  const speeds = Object.entries(task.figures).map(([figure, { label, unit }]): Measurement => {
    const ours = rounds.map((round) => round.ours[figure]);
    const peers = peer && rounds.map((round) => round.peers?.[figure] ?? NaN);
    return summary({ name: `${name}/${figure}`, label, unit, ...common }, ours, peers, comparable);
  });
  const memory = { unit: "MB", ...common, repeats: 1 };
  const whole = { ...memory, name: `${name}/peakMemory`, label: "  peak memory so far" };
  const measurements = [...speeds, processMemory(whole, peer, comparable)];
  if (tensorBytes !== null) {
    const estimate = megabytes(task.estimate.models + task.estimate.step);
    const label = `  tensors at most, estimated ${Math.round(estimate)}`;
    const tensors = { ...memory, name: `${name}/tensors`, label, estimate };
    measurements.push(summary(tensors, [megabytes(tensorBytes)], null, false));
  }
  return { agreement, measurements };
}

async function play(
  task: BenchTask,
  peer: Peer | null,
  repeats: number,
  onRound: (done: number) => void,
): Promise<Played> {
  try {
    await peer?.call("open", task.forPeer);
    const agreement = peer && (await agree(task, peer));
    const round = async () => ({ ours: await task.run(), peers: await peer?.call("run", {}) });
    await round();
    onRound(0);
    const others = loadOfOthers(peer);
    const rounds: Awaited<ReturnType<typeof round>>[] = [];
    while (rounds.length < repeats) {
      rounds.push(await round());
      onRound(rounds.length);
    }
    return { task, agreement, rounds, othersShare: others() };
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

type Named = Omit<Measurement, "value" | "min" | "max" | "peerValue" | "peerMin" | "peerMax" | "ratio">;

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
function processMemory(named: Named, peer: Peer | null, comparable: boolean): Measurement {
  const ours = megabytes(process.resourceUsage().maxRSS * 1024);
  const peers = peer && megabytes(peer.usage().peakMemoryBytes);
  return summary(named, [ours], peers === null || Number.isNaN(peers) ? null : [peers], comparable);
}

function megabytes(bytes: number): number {
  return bytes / 1e6;
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
