import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeJson, isObject } from "../protocol/codec";
import { changesInForce } from "../protocol/liveFields";
import { Problem, isProblem } from "../protocol/problem";
import { runFormatVersion, type CheckpointOffsets, type RunParent } from "../protocol/runFormat";
import { findRun, resolveModelReference } from "./modelReference";
import { projectRelative } from "./project";
import { createRun, readInterventions, readRunInput, type NewRun, type Run } from "./runFolder";
import { checkpointFiles, checkpointFolder } from "./runPaths";
import { readSealedFolder, sha256Hex, writeSealedFolder } from "./sealedFolder";

type Branch = Pick<
  NewRun,
  "codeVersion" | "backend" | "backendReason" | "device" | "utcMilliseconds" | "random"
> & {
  /** From the parent's config, with its live changes up to the checkpoint in it, to the new run's. */
  readonly config?: (inherited: NewRun["config"]) => NewRun["config"];
  /** Models that the new run has in place of the parent's of the same role, or besides them. */
  readonly parents?: readonly RunParent[];
};

/** Begins a new queued run at a checkpoint of another (`RUN@N`); the parent is named and left as it is. */
export function branchRun(project: string, reference: string, branch: Branch): Run | Problem {
  const model = resolveModelReference(project, reference.includes("@") ? reference : `${reference}@best`);
  if (isProblem(model)) return model;
  if (model.run === null || model.checkpoint === null)
    return new Problem("invalidValue", `"${reference}" is no checkpoint of a run: give RUN@N.`);
  const parent = findRun(project, model.run);
  if (isProblem(parent)) return parent;
  const files = readSealedFolder(model.folder);
  if (isProblem(files)) return files;
  const inputs = parent.manifest.inputs.map((input) => ({
    name: input.name,
    source: input.source,
    bytes: readRunInput(parent, input.name),
  }));
  const damaged = inputs.map((input) => input.bytes).find(isProblem);
  if (damaged !== undefined) return damaged;
  const { checkpoint } = model;
  const inherited = inheritedConfig(parent, checkpoint);
  const offsets: CheckpointOffsets = { formatVersion: runFormatVersion, metricsBytes: 0 };
  const copied = { ...files, [checkpointFiles.offsets]: Buffer.from(`${encodeJson(offsets)}\n`) };
  const { config, parents = [], ...rest } = branch;
  const replaced = new Set(["branch", ...parents.map(({ role }) => role)]);
  const newRun: NewRun = {
    ...rest,
    stage: parent.manifest.stage,
    seed: parent.manifest.seed,
    config: config?.(inherited) ?? inherited,
    parents: [
      ...parent.manifest.parents.filter(({ role }) => !replaced.has(role)),
      ...parents,
      branchParent(project, reference, model.folder, parent.manifest.id, checkpoint),
    ],
    inputs: inputs as NewRun["inputs"],
  };
  return createRun(project, newRun, (paths) =>
    writeSealedFolder(checkpointFolder(paths, checkpoint), copied, { replace: false }),
  );
}

function inheritedConfig(parent: Run, checkpoint: number): NewRun["config"] {
  const { stage, config } = parent.manifest;
  const block = isObject(config[stage]) ? config[stage] : {};
  const changes = changesInForce(readInterventions(parent.paths).values, checkpoint);
  return { ...config, [stage]: { ...block, ...changes } };
}

/** The sum of a checkpoint's sums stands for all of its files. */
function branchParent(
  project: string,
  reference: string,
  folder: string,
  run: string,
  checkpoint: number,
): RunParent {
  const sha256 = sha256Hex(readFileSync(join(folder, checkpointFiles.sums)));
  return { role: "branch", reference, folder: projectRelative(project, folder), run, checkpoint, sha256 };
}
