/** After so many milliseconds without a sign of the labeler, time is idle time. */
export const idleAfterMs = 60_000;

/** A clock of the time somebody works: `at` is when it was looked at last, all in milliseconds of one clock that never goes back. */
export interface ActivityClock {
  readonly at: number;
  /** The last key, click, scroll or command. */
  readonly lastInput: number;
  /** The page is visible and has the focus. */
  readonly isPresent: boolean;
  /** The time worked that was not taken yet. */
  readonly activeMs: number;
}

export const startedClock = (now: number, isPresent: boolean): ActivityClock => ({
  ...{ at: now, lastInput: isPresent ? now : -Infinity, isPresent, activeMs: 0 },
});

/** Counts the time since `at` in which the page was in front and somebody had done something not more than a minute before. */
function until(clock: ActivityClock, now: number): ActivityClock {
  const end = Math.min(now, clock.lastInput + idleAfterMs);
  const worked = clock.isPresent ? Math.max(0, end - clock.at) : 0;
  return { ...clock, at: now, activeMs: clock.activeMs + worked };
}

export const withInput = (clock: ActivityClock, now: number): ActivityClock => ({
  ...until(clock, now),
  lastInput: now,
});

/** The page comes to the front, which is itself a sign of somebody, or leaves it. */
export function withPresence(clock: ActivityClock, now: number, isPresent: boolean): ActivityClock {
  const counted = until(clock, now);
  return { ...counted, isPresent, lastInput: isPresent && !clock.isPresent ? now : counted.lastInput };
}

/** The whole milliseconds worked since the last time they were taken, and the clock without them. */
export function taken(
  clock: ActivityClock,
  now: number,
): { readonly ms: number; readonly clock: ActivityClock } {
  const counted = until(clock, now);
  return { ms: Math.round(counted.activeMs), clock: { ...counted, activeMs: 0 } };
}
