import { cpus } from "node:os";
import { quantile } from "../algorithms/statistics";
import { peakMemory } from "../engine/peakMemory";
import type { BenchLine, Measurement } from "./benchLines";
import type { Peer } from "./benchPeer";
import { ppoTask } from "./benchPpo";
import {
  rewardModelTask,
  sampleTask,
  trainTask,
  type BenchSize,
  type BenchTask,
  type Figures,
  type PeerKind,
} from "./benchTasks";

interface Measurable {
  readonly task: (size: BenchSize) => BenchTask;
  readonly peers: readonly PeerKind[];
}

/** What can be measured, by name, in the order in which it is, and who can do the same. */
export const benchTasks = {
  train: { task: trainTask, peers: ["torch"] },
  sample: { task: sampleTask, peers: ["torch"] },
  rewardModel: { task: rewardModelTask, peers: ["torch"] },
  ppo: { task: (size) => ppoTask(size, false), peers: ["torch", "trl"] },
  ppoShared: { task: (size) => ppoTask(size, true), peers: ["torch"] },
} satisfies Readonly<Record<string, Measurable>>;
export type BenchTaskName = keyof typeof benchTasks;

type Check = Extract<BenchLine, { type: "check" }>;

/** The largest difference from a peer's results, relative where they are above 1. */
const tolerance = 1e-4;

/** What one task gave. */
export interface Measured {
  readonly checks: readonly Check[];
  readonly measurements: readonly Measurement[];
}

/** Figures of one round: ours, and each peer's. */
interface Round {
  readonly ours: Figures;
  readonly peers: readonly Figures[];
}

interface Played {
  readonly task: Pick<BenchTask, "figures" | "estimate">;
  readonly checks: readonly Check[];
  readonly rounds: readonly Round[];
  readonly othersShare: number;
}

/**
 * Measures one task: first that the peers find the same results, then one round each to warm up, then rounds in turn, ours, the peers', ours, …,
 * so that whatever disturbs the machine meets all. `onRound` is told how many rounds are done.
 */
export async function measure(
  name: BenchTaskName,
  size: BenchSize,
  peers: readonly Peer[],
  repeats: number,
  onRound: (done: number) => void,
): Promise<Measured> {
  const held: { played?: Played } = {};
  const tensorBytes = await peakMemory(async () => {
    held.played = await play(name, size, peers, repeats, onRound);
  });
  if (!held.played) throw new Error(`nothing was measured of ${name}`);
  const { task, checks, rounds, othersShare } = held.played;
  const common = { size: size.name, othersShare, estimate: null };
  const ownMemory = { ...common, name: `${name}/peakMemory`, label: "  peak memory", unit: "MB" as const };
  const ownBytes = megabytes(process.resourceUsage().maxRSS * 1024);
  const beside = (peer: Peer | null, i: number): readonly Measurement[] => {
    const comparable = checks[i]?.passed === true;
    const told = Object.entries(task.figures).filter(
      ([figure]) => peer === null || figure in (rounds[0]?.peers[i] ?? {}),
    );
    const speeds = told.map(([figure, { label, unit }]) =>
      summary(
        { ...common, name: `${name}/${figure}`, label, unit, peerName: peer?.name ?? null },
        rounds.map(({ ours }) => ours[figure]),
        peer && rounds.map((round) => round.peers[i][figure]),
        comparable,
      ),
    );
    const bytes = peer && megabytes(peer.usage().peakMemoryBytes);
    const theirs = bytes === null || Number.isNaN(bytes) ? null : [bytes];
    return [
      ...speeds,
      summary({ ...ownMemory, peerName: peer?.name ?? null }, [ownBytes], theirs, comparable),
    ];
  };
  const [first, ...others] = peers.length > 0 ? peers.map(beside) : [beside(null, 0)];
  if (tensorBytes === null) return { checks, measurements: [first, others].flat(2) };
  // No peer tells its tensors apart; ours stand with the first one's figures.
  const estimate = megabytes(task.estimate.models + task.estimate.step);
  const label = `  tensors at most, estimated ${Math.round(estimate)}`;
  const named = { ...ownMemory, name: `${name}/tensors`, label, estimate, peerName: first[0].peerName };
  const tensors = summary(named, [megabytes(tensorBytes)], null, false);
  return { checks, measurements: [first, tensors, others].flat(2) };
}

async function play(
  name: BenchTaskName,
  size: BenchSize,
  peers: readonly Peer[],
  repeats: number,
  onRound: (done: number) => void,
): Promise<Played> {
  const task = benchTasks[name].task(size);
  try {
    for (const peer of peers) await peer.call("open", task.forPeers);
    const checks = peers.length > 0 ? await checkAll(`bench/${name}`, size.name, task, peers) : [];
    const round = async (): Promise<Round> => {
      const ours = await task.run();
      const theirs: Figures[] = [];
      for (const peer of peers) theirs.push(await peer.call("run", {}));
      return { ours, peers: theirs };
    };
    await round();
    onRound(0);
    const others = loadOfOthers(peers);
    const rounds: Round[] = [];
    while (rounds.length < repeats) {
      rounds.push(await round());
      onRound(rounds.length);
    }
    return { task, checks, rounds, othersShare: others() };
  } finally {
    await task.dispose();
  }
}

async function checkAll(
  name: string,
  size: string,
  task: BenchTask,
  peers: readonly Peer[],
): Promise<readonly Check[]> {
  const { given, results } = await task.check();
  const checks: Check[] = [];
  for (const peer of peers) {
    const start = performance.now();
    const ours = results[peer.kind] ?? {};
    const theirs = await peer.call("check", given);
    const difference = largestDifference(ours, theirs);
    const named = Object.entries(theirs).map(([figure, value]) => [`peer_${figure}`, value] as const);
    checks.push({
      type: "check",
      ...{ name, size, peerName: peer.name, passed: difference <= tolerance },
      seconds: (performance.now() - start) / 1000,
      figures: { difference, ...ours, ...Object.fromEntries(named) },
    });
  }
  return checks;
}

/** max |ours − theirs| / max(1, |theirs|) of all our results; NaN where one is missing or there are none. */
function largestDifference(ours: Figures, theirs: Figures): number {
  const differences = Object.entries(ours).map(
    ([name, value]) => Math.abs(value - theirs[name]) / Math.max(1, Math.abs(theirs[name])),
  );
  return differences.length === 0 || differences.some(Number.isNaN) ? NaN : Math.max(...differences);
}

type Named = Pick<Measurement, "name" | "label" | "size" | "unit" | "peerName" | "othersShare" | "estimate">;

/** The ratio is the median of the rounds' own, so that a disturbance that lasts a round meets both of its sides. */
export function summary(
  named: Named,
  values: readonly number[],
  peerValues: readonly number[] | null,
  comparable: boolean,
): Measurement {
  const better = (peer: number, i: number): number =>
    named.unit === "tokens/s" ? values[i] / peer : peer / values[i];
  return {
    ...named,
    value: quantile(values, 0.5),
    min: Math.min(...values),
    max: Math.max(...values),
    repeats: values.length,
    peerValue: peerValues && quantile(peerValues, 0.5),
    peerMin: peerValues && Math.min(...peerValues),
    peerMax: peerValues && Math.max(...peerValues),
    ratio: peerValues && comparable ? quantile(peerValues.map(better), 0.5) : null,
    values,
    peerValues,
  };
}

function megabytes(bytes: number): number {
  return bytes / 1e6;
}

/** Starts to watch the machine; the function it returns gives the share of all processors that neither we nor the peers took since. */
function loadOfOthers(peers: readonly Peer[]): () => number {
  const now = () => {
    const { user, system } = process.cpuUsage();
    const idle = cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1000;
    const theirs = peers.reduce((sum, peer) => sum + peer.usage().cpuSeconds, 0);
    return {
      accounted: idle + (user + system) / 1e6 + theirs,
      available: (performance.now() / 1000) * cpus().length,
    };
  };
  const start = now();
  return () => {
    const end = now();
    const share = 1 - (end.accounted - start.accounted) / (end.available - start.available);
    return Math.min(1, Math.max(0, share));
  };
}
