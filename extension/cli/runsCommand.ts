import type { Command } from "commander";
import { isProblem, type Problem } from "../protocol/problem";
import type { JsonValue } from "../protocol/trainerEvents";
import { listRuns, readMarks, readMetrics, readStatus, type Run } from "../runs/runFolder";
import { action } from "./action";
import { noteOf } from "./followRun";
import { openFolder } from "./globalFlags";
import type { OpenOutput } from "./output";
import { table } from "./table";

export function registerRuns(program: Command, openOutput: OpenOutput): void {
  program
    .command("runs")
    .description("list the runs of a project, newest first")
    .addHelpText("after", "\nExample:\n  rlhf runs --project my-project")
    .action(
      action(openOutput, ({ output, flags }) => {
        const project = openFolder(flags);
        if (isProblem(project)) return project;
        const { runs, broken } = listRuns(project);
        const described = runs.map(describe);
        const problems = [...broken, ...described.flatMap((run) => run.problems)];
        output.result(
          {
            project,
            runs: described.map((run) => run.json),
            broken: problems.map(({ problem, message }) => ({ problem, message })),
          },
          textOf(described, problems),
        );
        return 0;
      }),
    );
}

interface DescribedRun {
  readonly row: readonly string[];
  readonly json: { readonly [key: string]: JsonValue };
  readonly problems: readonly Problem[];
}

/** One run; a file of it that cannot be read leaves its column empty and is named below the table. */
function describe({ manifest, paths }: Run): DescribedRun {
  const status = readStatus(paths);
  const marks = readMarks(paths);
  const metrics = readMetrics(paths);
  const last = metrics.values.at(-1);
  const note = last === undefined ? "" : noteOf(manifest.stage, last.values);
  const { name, star } = isProblem(marks) ? { name: null, star: false } : marks;
  const state = isProblem(status) ? "unreadable" : status.state;
  const [iteration, iterations] = isProblem(status) ? [-1, 0] : [status.iteration, status.iterations];
  const position = iterations > 0 ? `${Math.max(0, iteration)}/${iterations}` : "";
  const begun = manifest.createdAt.slice(0, 16).replace("T", " ");
  return {
    row: [manifest.id, state, position, note, begun, `${star ? "★ " : ""}${name ?? ""}`],
    json: {
      run: manifest.id,
      stage: manifest.stage,
      state,
      iteration,
      iterations,
      createdAt: manifest.createdAt,
      name,
      star,
      metrics: last?.values ?? {},
    },
    problems: [status, marks, ...metrics.problems.slice(0, 1)].filter(isProblem),
  };
}

function textOf(runs: readonly DescribedRun[], problems: readonly Problem[]): string {
  const head = ["run", "state", "iteration", "last figures", "begun (UTC)", "name"];
  const list =
    runs.length > 0
      ? table(
          head,
          runs.map((run) => run.row),
        )
      : "This project has no runs yet: begin with rlhf pipeline, or rlhf sft.";
  const bad = problems.map(({ message }) => `  ${message}`);
  return bad.length > 0 ? `${list}\n\nCannot be read:\n${bad.join("\n")}` : list;
}
