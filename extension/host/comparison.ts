import { settingText } from "../protocol/changedSettings";
import { encodeJson } from "../protocol/codec";
import type { ComparedOrigin, ComparedSetting, SeedGroup } from "../protocol/compareMessages";
import { configFields } from "../protocol/resolveConfig";
import type { Intervention, RunManifest, RunParent } from "../protocol/runFormat";
import { settingChanges } from "./settingChanges";

// In which settings and origins runs differ, and which of them differ in their seed alone.

type Manifests = readonly RunManifest[];

/** Every setting of the runs' configs, by run; the seed stands among the origins. */
export function comparedSettings(
  manifests: Manifests,
  interventions: readonly (readonly Intervention[])[],
): readonly ComparedSetting[] {
  const values = manifests.map(
    ({ config }) => new Map(settingChanges(config, {}).map(({ path, value }) => [path, settingText(value)])),
  );
  const paths = [...new Set(values.flatMap((own) => [...own.keys()]))];
  return paths
    .filter((path) => path !== "seed" && path !== "formatVersion")
    .map((path) => {
      const own = manifests.map(({ stage }, i) => ({
        value: values[i].get(path) ?? "–",
        changes: changesOf(interventions[i] ?? [], stage, path),
      }));
      return { path, doc: configFields.get(path)?.doc ?? "", differs: areDifferent(own), values: own };
    });
}

function changesOf(made: readonly Intervention[], stage: string, path: string) {
  return made.flatMap(({ iteration, who, changes }) =>
    changes
      .filter(({ key }) => `${stage}.${key}` === path)
      .map((change) => ({ iteration, value: settingText(change.new), who })),
  );
}

/** Where the runs come from, by run: seed, parents, inputs, code and backend. Models and files are compared by their sums. */
export function comparedOrigins(manifests: Manifests): readonly ComparedOrigin[] {
  const roles = namesOf(manifests.map(({ parents }) => parents.map(({ role }) => role)));
  const files = namesOf(manifests.map(({ inputs }) => inputs.map(({ name }) => name)));
  const seeds = manifests.map(({ seed }) => ({ sum: String(seed), text: String(seed) }));
  return [
    origin("seed", "", seeds),
    ...roles.map((role) =>
      origin(
        "parent",
        role,
        manifests.map(({ parents }) => parentFact(parents.find((parent) => parent.role === role))),
      ),
    ),
    ...files.map((name) =>
      origin(
        "input",
        name,
        manifests.map(({ inputs }) => inputFact(inputs.find((input) => input.name === name))),
      ),
    ),
    origin(
      "code",
      "",
      manifests.map(({ codeVersion: text }) => ({ sum: text, text })),
    ),
    origin(
      "backend",
      "",
      manifests.map(({ backend, device }) => ({ sum: backend, text: `${backend} (${device})` })),
    ),
  ];
}

interface Fact {
  readonly text: string;
  /** By which it is compared. */
  readonly sum: string;
}

function parentFact(parent: RunParent | undefined): Fact | null {
  if (parent === undefined) return null;
  const { reference, sha256 } = parent;
  return { sum: sha256, text: `${reference}, ${sha256.slice(0, 12)}` };
}

function inputFact(input: RunManifest["inputs"][number] | undefined): Fact | null {
  if (input === undefined) return null;
  const { source, bytes, sha256 } = input;
  return { sum: sha256, text: `${source}, ${bytes} B, ${sha256.slice(0, 12)}` };
}

function origin(kind: ComparedOrigin["kind"], name: string, facts: readonly (Fact | null)[]): ComparedOrigin {
  const differs = areDifferent(facts.map((fact) => fact?.sum ?? null));
  return { kind, name, differs, values: facts.map((fact) => fact?.text ?? null) };
}

const namesOf = (lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())];

const areDifferent = (values: readonly unknown[]): boolean => new Set(values.map(encodeJson)).size > 1;

/**
 * Groups of runs that differ in their seed alone: same stage, settings, parents and sources of inputs. The inputs' sums do not count, since
 * the seed decides how data is split.
 */
export function seedGroups(manifests: Manifests): readonly SeedGroup[] {
  const groups = new Map<string, RunManifest[]>();
  for (const manifest of manifests) {
    const { stage, config, parents, inputs } = manifest;
    const key = encodeJson([
      stage,
      settingChanges({ ...config, seed: 0 }, {}),
      parents.map(({ role, sha256 }) => [role, sha256]),
      inputs.map(({ name, source }) => [name, source]),
    ]);
    groups.set(key, [...(groups.get(key) ?? []), manifest]);
  }
  return [...groups.values()]
    .filter((members) => new Set(members.map(({ seed }) => seed)).size > 1)
    .map((members) => ({ runs: members.map(({ id }) => id), seeds: members.map(({ seed }) => seed) }));
}
