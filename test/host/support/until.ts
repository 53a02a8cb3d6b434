import { setTimeout as wait } from "node:timers/promises";

/** Waits until a condition holds; one that throws does not hold yet. */
export async function until(
  is: () => boolean,
  what: string | (() => string),
  milliseconds = 40_000,
): Promise<void> {
  for (const end = performance.now() + milliseconds; !holds(is); await wait(50))
    if (performance.now() > end)
      throw new Error(`waited in vain for ${typeof what === "string" ? what : what()}`);
}

function holds(is: () => boolean): boolean {
  try {
    return is();
  } catch {
    return false;
  }
}
