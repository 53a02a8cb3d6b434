import type { Context } from "mocha";

/** Marks the running test as skipped with its reason, which the test command lists. Never returns. */
export function skipBecause(context: Context, reason: string): never {
  Object.assign(context.test ?? {}, { skipReason: reason });
  return context.skip();
}
