import { finiteNumber, nullable, object, oneOf, string, type Decoded } from "../protocol/codec";
import { isProblem, type Problem } from "../protocol/problem";
import type { CliLine } from "./cliProcess";
import { t } from "./text";

const fresh = object({
  folder: string,
  route: oneOf(["python", "wheel"]),
  source: string,
  version: string,
  addon: oneOf(["prebuilt", "built"]),
  /** The host that a wheel is fetched from. */
  from: nullable(string),
  downloadBytes: nullable(finiteNumber),
  keptBytes: nullable(finiteNumber),
});
const result = object({
  version: string,
  source: string,
  addon: oneOf(["prebuilt", "built"]),
  stepMilliseconds: object({ tensorflow: nullable(finiteNumber), wasm: nullable(finiteNumber) }),
});

export type FreshSetup = Decoded<typeof fresh>;
export type SetupResult = Decoded<typeof result>;
/** What `rlhf setup-native --plan` found: nothing to do, or a setup to agree to. */
export type SetupPlan =
  { readonly state: "package" | "ready" } | { readonly state: "new"; readonly setup: FreshSetup };

const where = { where: "rlhf setup-native", path: "" };

export function readPlan(line: CliLine): SetupPlan | Problem {
  if (line.state === "package" || line.state === "ready") return { state: line.state };
  const setup = fresh(line, where);
  return isProblem(setup) ? setup : { state: "new", setup };
}

export const readResult = (line: CliLine): SetupResult | Problem => result(line, where);

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

/** What a person agrees to: where TensorFlow comes from, how much of it is fetched and kept, where, and how its addon gets there. */
export function consentText({ route, source, version, addon, ...setup }: FreshSetup): string {
  const { folder, from, downloadBytes, keptBytes } = setup;
  const sizes =
    downloadBytes === null || keptBytes === null
      ? t("The download's size is not known; about 1 GB is kept.")
      : t("Downloaded: {0} MB. Kept: about {1} MB.", megabytes(downloadBytes), megabytes(keptBytes));
  const lines =
    route === "python"
      ? [t("{0} has TensorFlow {1}, which is used where it is. Nothing is downloaded.", source, version)]
      : [t("{0} comes from {1}.", source, from ?? ""), sizes];
  return [
    ...lines,
    addon === "prebuilt"
      ? t("The addon that calls it came with this extension; it is built here only if that one does not fit.")
      : t("The addon that calls it is built here with the C++ compiler."),
    // The command has a line to itself, because a dialog breaks lines at hyphens.
    `${t("All of it is in {0}, for you alone. This takes it away:", folder)}\nrlhf setup-native --remove`,
  ].join("\n\n");
}

/** What the setup does now, in the editor's language, and how far it is in per cent where that says anything. */
export function progressText({ what, done, total }: CliLine): string | null {
  if (typeof what !== "string" || typeof done !== "number" || typeof total !== "number") return null;
  const fetched = /^fetching (.+)$/.exec(what)?.[1];
  if (fetched !== undefined)
    return t("Fetching {0}: {1} of {2} MB", fetched, megabytes(done), megabytes(total));
  if (what === "unpacking") return t("Unpacking: {0} of {1} MB", megabytes(done), megabytes(total));
  if (what === "building the addon") return t("Building the addon");
  if (what === "trying TensorFlow") return t("Trying TensorFlow");
  if (what === "measuring a training step") return t("Measuring a training step");
  return what;
}

/** How the setup ended, the most wanted first because a notification may show one line: that it works, how fast, and how a project uses it. */
export function resultText({ version, source, addon, stepMilliseconds }: SetupResult): string {
  const { tensorflow, wasm } = stepMilliseconds;
  const works =
    tensorflow === null || wasm === null
      ? t("TensorFlow {0} works; how fast it is could not be measured.", version)
      : t(
          "TensorFlow {0} works: a training step of a small model takes {1} ms on it and {2} ms on wasm.",
          version,
          tensorflow.toPrecision(3),
          wasm.toPrecision(3),
        );
  const how =
    addon === "prebuilt"
      ? t("It is that of {0}, with the addon that came with this extension; its self-test agrees.", source)
      : t("It is that of {0}, with an addon that was built here; its self-test agrees.", source);
  return `${works} ${t('"backend": "tensorflow" in rlhf.json uses it.')} ${how}`;
}
