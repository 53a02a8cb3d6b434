import { Argument, Option, type Command } from "commander";
import { useBackend } from "../engine/backend";
import { Problem } from "../protocol/problem";
import { action } from "./action";
import { runApart, runsApart } from "./apart";
import { benchTasks, measure, type BenchTaskName, type Measurement } from "./bench";
import { PeerError, startPeer, type Peer } from "./benchPeer";
import { benchSizes } from "./benchTasks";
import { backendForUse } from "./chooseBackend";
import { wholeNumber } from "./globalFlags";
import type { OpenOutput, Output } from "./output";
import { table } from "./table";
import { usualWork } from "./trialWork";

type SizeName = keyof typeof benchSizes;

interface BenchOptions {
  readonly size: SizeName | "all";
  readonly peer: "auto" | "none";
  readonly repeat: number;
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
      new Option("--peer <which>", "auto: PyTorch where Python has it (RLHF_PYTHON)")
        .choices(["auto", "none"])
        .default("auto"),
    )
    .option("--repeat <n>", "rounds, ours and the peer's in turn", wholeNumber(1, 1000), 5)
    .description("measure training, sampling and PPO on this machine, in turns with PyTorch doing the same")
    .addHelpText("after", "\nExample:\n  rlhf bench train sample --size A --threads 2 --repeat 10")
    .action(
      action<BenchOptions, readonly [readonly BenchTaskName[]]>(
        openOutput,
        async ({ output, flags, options, words: [asked] }) => {
          if (runsApart(flags.backend ?? "wasm")) return await runApart();
          const taken = await backendForUse(flags.backend ?? "wasm", usualWork, flags.threads ?? 0, output);
          const backend = await useBackend(taken, { threads: flags.threads ?? 0 });
          if (!backend.ok) return new Problem("unsupported", `${backend.problem}.`);
          const { name, device, threads } = backend.info;
          const started = options.peer === "none" ? null : await startPeer(threads);
          const peer = started?.ok === true ? started.peer : null;
          const note =
            started?.ok === false ? `Without a peer no figure has a ratio: ${started.reason}.` : "";
          output.line([`on ${name}: ${device}`, peer ? `beside ${peer.name}` : note].join("\n"));
          output.emit({ type: "event", event: "bench", backend: name, device, threads, note });
          const tasks = asked.length > 0 ? asked : (Object.keys(benchTasks) as BenchTaskName[]);
          const sizes: readonly SizeName[] = options.size === "all" ? ["A", "B"] : [options.size];
          try {
            return await measureAll(output, sizes, tasks, peer, options.repeat);
          } catch (error) {
            if (!(error instanceof PeerError)) throw error;
            const told = `${peer?.name ?? "The peer"} failed (${error.message}): measure without it by --peer none.`;
            return new Problem("connectionLost", told);
          } finally {
            peer?.stop();
          }
        },
      ),
    );
}

async function measureAll(
  output: Output,
  sizes: readonly SizeName[],
  tasks: readonly BenchTaskName[],
  peer: Peer | null,
  repeats: number,
): Promise<0 | 1> {
  const all: Measurement[] = [];
  let failed = 0;
  for (const size of sizes) {
    const rows: Measurement[] = [];
    for (const name of tasks) {
      const { agreement, measurements } = await measure(name, benchSizes[size], peer, repeats, (done) =>
        output.progress(`bench ${name} ${size}`, done, repeats),
      );
      if (agreement) {
        const { passed, figures, seconds } = agreement;
        if (!passed) failed++;
        output.emit({ type: "check", name: `bench/${name}`, size, passed, seconds, figures });
        const difference = figures.difference.toPrecision(2);
        output.line(
          `${passed ? "passed" : "FAILED"}  ${name} ${size}: differs by ${difference} from the peer`,
        );
      }
      for (const measurement of measurements) output.emit({ type: "measurement", ...measurement });
      rows.push(...measurements);
    }
    output.line(`\n${measurementTable(size, rows)}\n`);
    all.push(...rows);
  }
  const othersShare = Math.max(...all.map((row) => row.othersShare));
  output.result({ measurements: all.length, failed, othersShare }, closing(failed, othersShare));
  return failed === 0 ? 0 : 1;
}

/** Medians, with the best of all rounds beside them. */
export function measurementTable(size: string, rows: readonly Measurement[]): string {
  const peerName = rows[0].peerName;
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
  const lines = ["A ratio is ours better when above 1."];
  if (failed > 0)
    lines.push(`${failed} times the peer found something else, so that its ratios do not count.`);
  if (othersShare > quiet)
    lines.push(
      `Other processes took up to ${Math.round(100 * othersShare)} % of the processors: measure again on a quiet machine.`,
    );
  return lines.join("\n");
}
