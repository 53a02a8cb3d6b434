import { window } from "vscode";
import { isObject } from "../../protocol/codec";
import { parseSetting, isConfigProblem, configFields } from "../../protocol/resolveConfig";
import { checkLiveChange } from "../../protocol/liveFields";
import { Problem, isProblem } from "../../protocol/problem";
import type { SettingValue } from "../../protocol/runFormat";
import type { Host } from "../host";
import { labelerName } from "../labeler";
import type { RunEntry } from "../runModel";
import { orSay, sayProblem } from "../say";
import { problemText, t } from "../text";
import { runName } from "../runSummary";
import { runFor } from "./givenRun";

export async function pauseRun(host: Host, given: unknown): Promise<void> {
  const entry = await runFor(host, given, { title: t("Pause which run?"), states: ["running"] });
  if (entry) sayProblem(host, await host.trainers.request(entry, "pause", {}));
}

/** A paused run goes on at once; one without a trainer goes to the head of the queue. */
export async function resumeRun(host: Host, given: unknown): Promise<void> {
  const entry = await runFor(host, given, {
    title: t("Resume which run?"),
    states: ["paused", "stopped", "interrupted", "failed", "queued"],
  });
  if (entry === undefined) return;
  if (entry.status.state === "paused") sayProblem(host, await host.trainers.request(entry, "resume", {}));
  else sayProblem(host, host.trainers.enqueue(entry.project, [entry.id], "first"));
}

export async function stopRun(host: Host, given: unknown): Promise<void> {
  const entry = await runFor(host, given, {
    title: t("Stop which run?"),
    states: ["running", "paused"],
  });
  if (entry) sayProblem(host, await stopEntry(host, entry));
}

/** Stops a run and says which checkpoint it left, or what went wrong. */
export async function stopEntry(host: Host, entry: RunEntry): Promise<Problem | null> {
  const stopped = await window.withProgress({ location: { viewId: "rlhf.runs" } }, () =>
    host.trainers.request(entry, "stop", {}),
  );
  if (isProblem(stopped)) return stopped;
  const at = stopped.checkpoint === null ? t("before its first iteration") : String(stopped.checkpoint);
  host.log.info(t("{0} has stopped; its checkpoint: {1}", entry.id, at));
  return null;
}

export async function saveCheckpoint(host: Host, given: unknown): Promise<void> {
  const entry = await runFor(host, given, {
    title: t("Save a checkpoint of which run?"),
    states: ["running", "paused"],
  });
  const saved = entry && orSay(host, await host.trainers.request(entry, "checkpoint", {}));
  if (saved) window.setStatusBarMessage(t("Checkpoint {0} is saved", saved.checkpoint), 4000);
}

/** A setting and its new value, as another part of the extension or a key binding gives them. */
const isChange = (given: unknown): given is { readonly key: string; readonly value: string | number } =>
  isObject(given) &&
  typeof given.key === "string" &&
  (typeof given.value === "string" || typeof given.value === "number");

/** One live change, from the next iteration on; the trainer checks it again and records it. */
export async function changeHyperparameter(host: Host, given: unknown, change: unknown): Promise<void> {
  const entry = await runFor(host, given, {
    title: t("Change a hyper-parameter of which run?"),
    states: ["running", "paused"],
  });
  const wanted = entry && (isChange(change) ? change : await askChange(host, entry));
  if (!entry || !wanted) return;
  const value = orSay(host, liveValue(entry, wanted.key, String(wanted.value)));
  if (value === undefined) return;
  const who = labelerName() || "editor";
  const body = { who, changes: { [wanted.key]: value } };
  const made = orSay(host, await host.trainers.request(entry, "setHyperparameters", body));
  if (made)
    window.setStatusBarMessage(
      t("{0} = {1} from iteration {2} on", wanted.key, String(value), made.iteration),
      6000,
    );
}

async function askChange(host: Host, entry: RunEntry) {
  const status = orSay(host, await host.trainers.request(entry, "status", {}));
  if (!status) return undefined;
  const { stage } = entry.run.manifest;
  const items = Object.entries(status.hyperparameters).map(([key, value]) => ({
    label: key,
    description: String(value),
    detail: configFields.get(`${stage}.${key}`)?.doc ?? "",
  }));
  const title = t("Change from the next iteration of {0}", runName(entry));
  const chosen = await window.showQuickPick(items, { title, placeHolder: t("Which setting?") });
  if (chosen === undefined) return undefined;
  const { label: key, description, detail } = chosen;
  const value = await window.showInputBox({
    title,
    prompt: detail,
    value: description,
    validateInput: (typed) => {
      const checked = liveValue(entry, key, typed);
      return isProblem(checked) ? problemText(checked.message) : undefined;
    },
  });
  return value === undefined ? undefined : { key, value };
}

function liveValue({ run }: RunEntry, key: string, text: string): SettingValue | Problem {
  const { stage } = run.manifest;
  const setting = parseSetting(`${stage}.${key}`, text);
  if (isConfigProblem(setting)) return new Problem("invalidValue", setting.message);
  return checkLiveChange(stage, key, setting.value);
}

export async function moveUpInQueue(host: Host, given: unknown): Promise<void> {
  const entry = await runFor(host, given, { title: t("Move up which run?"), states: ["queued"] });
  if (!entry) return;
  sayProblem(
    host,
    host.trainers.changeQueue(entry.project, (queue) => {
      const at = queue.indexOf(entry.id);
      if (at < 1) return queue;
      return [...queue.slice(0, at - 1), entry.id, queue[at - 1], ...queue.slice(at + 1)];
    }),
  );
}

export async function removeFromQueue(host: Host, given: unknown): Promise<void> {
  const entry = await runFor(host, given, { title: t("Remove which run?"), states: ["queued"] });
  if (!entry) return;
  sayProblem(
    host,
    host.trainers.changeQueue(entry.project, (queue) => queue.filter((id) => id !== entry.id)),
  );
}
