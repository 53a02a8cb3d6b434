import { checkLiveChange, liveFields, type Settings } from "../protocol/liveFields";
import { isProblem, type Problem } from "../protocol/problem";
import type { Intervention, RunManifest } from "../protocol/runFormat";

/** Of these settings, those that may change while the run goes on. */
export function liveSettings(manifest: RunManifest, settings: Settings): Settings {
  const present = liveFields[manifest.stage].filter((key) => settings[key] !== undefined);
  return Object.fromEntries(present.map((key) => [key, settings[key]]));
}

/** A live change as a line of interventions.jsonl, or why one of its values is refused. */
export function makeIntervention(
  manifest: RunManifest,
  settings: Settings,
  change: Omit<Intervention, "changes"> & { readonly changes: Settings },
): Intervention | Problem {
  for (const [key, value] of Object.entries(change.changes)) {
    const checked = checkLiveChange(manifest.stage, key, value);
    if (isProblem(checked)) return checked;
  }
  const changes = Object.entries(change.changes).map(([key, value]) => ({
    key,
    old: settings[key] ?? "unset",
    new: value,
  }));
  return { ...change, changes };
}
