import { join } from "node:path";
import { isObject } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { listRunIds, readRun, readStatus, type NewRun, type Run } from "../runs/runFolder";
import { runsFolder } from "../runs/runPaths";
import { sha256Hex } from "../runs/sealedFolder";
import type { RunState } from "../protocol/runFormat";

/**
 * The newest run of the project that is the same as one about to begin: same stage, seed, settings, parents and inputs, and not failed.
 * A run is determined by these, so it need not be done again; one that was interrupted can be resumed instead.
 */
export function findSameRun(
  project: string,
  run: NewRun,
): { readonly run: Run; readonly state: RunState } | null {
  const wanted = identityOf({
    ...run,
    inputs: run.inputs.map(({ name, bytes }) => ({ name, sha256: sha256Hex(bytes) })),
  });
  for (const id of listRunIds(project)) {
    if (!id.startsWith(`${run.stage}-`)) continue;
    const other = readRun(join(runsFolder(project), id));
    if (isProblem(other) || identityOf(other.manifest) !== wanted) continue;
    const status = readStatus(other.paths);
    if (!isProblem(status) && status.state !== "failed") return { run: other, state: status.state };
  }
  return null;
}

interface Identity extends Pick<NewRun, "stage" | "seed" | "config" | "parents" | "backend"> {
  readonly inputs: readonly { readonly name: string; readonly sha256: string }[];
}

/**
 * Threads and memory limits change nothing about a run; of the stages' settings only its own matter, and of those of labeling, which decide what
 * the inputs hold, the one that SFT samples by.
 */
function identityOf({ stage, seed, config, parents, backend, inputs }: Identity): string {
  const { model, data, tokenizer, labeling } = config;
  const sampled = isObject(labeling) ? labeling.maxResponseTokens : undefined;
  return JSON.stringify([
    stage,
    seed,
    backend,
    [model, data, tokenizer, sampled, config[stage]],
    parents.map(({ role, sha256 }) => [role, sha256]),
    inputs.map(({ name, sha256 }) => [name, sha256]),
  ]);
}
