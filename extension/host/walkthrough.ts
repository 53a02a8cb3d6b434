import { commands } from "vscode";
import type { Host } from "./host";

const steps = new Map<string, boolean>();
let canTick = false;

/**
 * What of the walkthrough is done. VS Code ticks a step when its context key becomes true while it knows the walkthrough, and never when the key was
 * true before: so keys are told only once it has been opened or had time to be read.
 */
export function tellWalkthrough(keys: Readonly<Record<string, boolean>>): void {
  for (const [key, isDone] of Object.entries(keys)) steps.set(key, isDone);
  if (canTick) tick();
}

/** Milliseconds after which the window has surely read the walkthrough, or shown it. */
const patience = { start: 5000, opened: 1000 };

/** Lets the steps tick themselves off a while after the extension came to life. */
export function startWalkthrough(host: Host): void {
  const timer = setTimeout(() => {
    canTick = true;
    tick();
  }, patience.start);
  host.context.subscriptions.push({ dispose: () => clearTimeout(timer) });
}

/** Opens the walkthrough and tells it anew what is done. */
export async function openWalkthrough({ context }: Host): Promise<void> {
  for (const key of steps.keys()) void commands.executeCommand("setContext", key, false);
  canTick = false;
  const id = `${context.extension.id}#start`;
  await commands.executeCommand("workbench.action.openWalkthrough", id, false);
  setTimeout(() => {
    canTick = true;
    tick();
  }, patience.opened);
}

function tick(): void {
  for (const [key, isDone] of steps) void commands.executeCommand("setContext", key, isDone);
}
