import { Argument, Option, type Command } from "commander";
import { isProblem, type Problem } from "../protocol/problem";
import { action } from "./action";
import { runApart, runsApart } from "./apart";
import { benchTasks, type BenchTaskName } from "./bench";
import { measureApart, measureHere, type BenchJob, type SizeName } from "./benchJob";
import type { Measurement, Tell } from "./benchLines";
import { benchSizes } from "./benchTasks";
import { backendForUse } from "./chooseBackend";
import { wholeNumber } from "./globalFlags";
import type { OpenOutput, Output } from "./output";
import { recorded, toFlag } from "./recordTo";
import { table } from "./table";
import { usualWork } from "./trialWork";

interface BenchOptions {
  readonly size: SizeName | "all";
  readonly peer: "auto" | "none";
  readonly repeat: number;
  readonly to?: string;
}

/** Above this share of the processors, others disturb the figures. */
const quiet = 0.05;

export function registerBench(program: Command, openOutput: OpenOutput): void {
  const names = Object.keys(benchTasks);
  program
    .command("bench")
    .addArgument(new Argument("[task...]", "what to measure (default: all)").choices(names))
    .addOption(
      new Option("--size <name>", "of the models; tiny is for tests, all is A and B")
        .choices([...Object.keys(benchSizes), "all"])
        .default("all"),
    )
    .addOption(
      new Option("--peer <which>", "auto: PyTorch and TRL where Python has them (RLHF_PYTHON)")
        .choices(["auto", "none"])
        .default("auto"),
    )
    .option("--repeat <n>", "rounds, ours and the peers' in turn", wholeNumber(1, 1000), 5)
    .option(...toFlag)
    .description(
      "measure training, sampling and PPO on this machine, in turns with PyTorch and TRL doing the same",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  rlhf bench train sample --size A --threads 2 --repeat 10\n  rlhf bench --backend tensorflow --to figures.jsonl",
    )
    .action(
      action<BenchOptions, readonly [readonly BenchTaskName[]]>(
        openOutput,
        recorded("bench", async ({ output, flags, options: { size, peer, repeat }, words: [asked] }) => {
          const tasks = asked.length > 0 ? asked : (names as BenchTaskName[]);
          const sizes: readonly SizeName[] = size === "all" ? ["A", "B"] : [size];
          // Of several, each has a process of its own anyway.
          const wanted = flags.backend ?? "wasm";
          if (tasks.length * sizes.length === 1 && runsApart(wanted)) return await runApart();
          const threads = flags.threads ?? 0;
          const backend = await backendForUse(wanted, usualWork, threads, output);
          const run = { peer, repeat, backend, threads };
          const jobs = sizes.map((one) => tasks.map((task): BenchJob => ({ ...run, task, size: one })));
          return await measureAll(output, jobs);
        }),
      ),
    );
}

/** Tables of one size's jobs, then of the next one's. */
async function measureAll(output: Output, jobs: readonly (readonly BenchJob[])[]): Promise<0 | 1 | Problem> {
  const measureOne = jobs.flat().length === 1 ? measureHere : measureApart;
  const all: Measurement[] = [];
  const told = new Set<string>();
  let failed = 0;
  const tell: Tell = (line) => {
    if (line.type === "progress") return output.progress(line.what, line.done, line.total);
    output.emit(line);
    if (line.type === "measurement") all.push(line);
    if (line.type === "check") {
      if (!line.passed) failed++;
      output.line(checkText(line));
    }
    if (line.type === "event")
      for (const text of [`on ${line.backend}: ${line.device}`, ...line.peers.map(besideText), line.note]) {
        if (text !== "" && !told.has(text)) output.line(text);
        told.add(text);
      }
  };
  for (const jobsOfSize of jobs) {
    const before = all.length;
    for (const job of jobsOfSize) {
      const problem = await measureOne(job, tell);
      if (isProblem(problem)) return problem;
    }
    output.line(`\n${measurementTables(all.slice(before))}\n`);
  }
  const othersShare = Math.max(...all.map((row) => row.othersShare));
  output.result({ measurements: all.length, failed, othersShare }, closing(failed, othersShare));
  return failed === 0 ? 0 : 1;
}

const besideText = (peer: string): string => `beside ${peer}`;

function checkText(check: Extract<Parameters<Tell>[0], { type: "check" }>): string {
  const { name, size, passed, figures, peerName } = check;
  const difference = figures.difference.toPrecision(2);
  return `${passed ? "passed" : "FAILED"}  ${name} ${size}: differs by ${difference} from ${peerName}`;
}

/** One table for each peer, and one for what none has: medians, with the best of all rounds beside them. */
function measurementTables(rows: readonly Measurement[]): string {
  const peers = [...new Set(rows.map(({ peerName }) => peerName))];
  return peers.map((peer) => measurementTable(rows.filter((row) => row.peerName === peer))).join("\n\n");
}

function measurementTable(rows: readonly Measurement[]): string {
  const { peerName, size } = rows[0];
  const head = [`size ${size}`, "unit", "median", "best"];
  return table(
    [...head, ...(peerName === null ? [] : [peerName, "best", "ratio"]), "others"],
    rows.map((row) => {
      const best = (min: number | null, max: number | null) => (row.unit === "tokens/s" ? max : min);
      const ours = [shown(row.value), shown(best(row.min, row.max))];
      const peers = [shown(row.peerValue), shown(best(row.peerMin, row.peerMax)), shown(row.ratio)];
      const others = `${Math.round(100 * row.othersShare)} %`;
      return [row.label, row.unit, ...ours, ...(peerName === null ? [] : peers), others];
    }),
  );
}

/** Three digits. */
function shown(value: number | null): string {
  if (value === null) return "–";
  return Math.abs(value) >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}

function closing(failed: number, othersShare: number): string {
  const lines = ["A ratio is ours better when above 1: the median of the rounds' own ratios."];
  if (failed > 0) lines.push(`${failed} times a peer found something else, so that its ratios do not count.`);
  if (othersShare > quiet)
    lines.push(
      `Other processes took up to ${Math.round(100 * othersShare)} % of the processors: measure again on a quiet machine.`,
    );
  return lines.join("\n");
}
