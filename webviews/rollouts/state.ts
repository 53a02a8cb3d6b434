import {
  applyRolloutDelta,
  type RolloutAction,
  type RolloutRow,
  type RolloutState,
} from "../../extension/protocol/rolloutMessages";
import type { HostMessage } from "../../extension/protocol/webviewProtocol";
import type { Quantity } from "./heat";

export const sortKeys = ["episode", "score", "kl", "length", "advantage"] as const;
export type SortKey = (typeof sortKeys)[number];
export interface Order {
  readonly key: SortKey;
  readonly isDescending: boolean;
}

/** What a screen reader is told after a change; the view puts it in words. */
export type Announcement =
  | { readonly type: "iteration"; readonly iteration: number; readonly episodes: number }
  | { readonly type: "newer"; readonly iteration: number };

/** What the page shows; null before the host has said anything. */
export interface Page {
  readonly state: RolloutState;
  readonly order: Order;
  readonly quantity: Quantity;
  /** The token whose numbers are shown: the one gone to. */
  readonly token: number;
  readonly announcement: Announcement | null;
}

/** What a person does that the host need not know. */
export type Choice =
  | { readonly type: "sort"; readonly key: SortKey }
  | { readonly type: "quantity"; readonly quantity: Quantity }
  | { readonly type: "token"; readonly token: number };

/** The page after a message of the host. */
export function reduce(
  page: Page | null,
  message: HostMessage<"rollouts">,
  kept: Pick<Page, "order" | "quantity"> = {
    order: { key: "score", isDescending: true },
    quantity: "reward",
  },
): Page | null {
  if (message.type === "hydrate") return { ...kept, state: message.state, token: 0, announcement: null };
  if (page === null) return null;
  const before = page.state;
  const state = applyRolloutDelta(before, message.delta);
  const isOther = state.open?.line !== before.open?.line || state.open?.iteration !== before.open?.iteration;
  return {
    ...page,
    state,
    token: isOther ? 0 : page.token,
    announcement: announcementOf(before, state),
  };
}

function announcementOf(before: RolloutState, after: RolloutState): Announcement | null {
  if (after.iteration !== null && after.iteration !== before.iteration)
    return { type: "iteration", iteration: after.iteration, episodes: after.rows.length };
  const newest = after.iterations.at(-1);
  if (newest !== undefined && newest > (before.iterations.at(-1) ?? Infinity))
    return { type: "newer", iteration: newest };
  return null;
}

/** The page after a choice. The same heading once more turns the order round; numbers begin with the largest. */
export function choose(page: Page, choice: Choice): Page {
  const quiet = { ...page, announcement: null };
  switch (choice.type) {
    case "sort": {
      const isSame = page.order.key === choice.key;
      const isDescending = isSame ? !page.order.isDescending : choice.key !== "episode";
      return { ...quiet, order: { key: choice.key, isDescending } };
    }
    case "quantity":
      return { ...quiet, quantity: choice.quantity };
    case "token": {
      const last = (page.state.open?.tokens.length ?? 0) - 1;
      return { ...quiet, token: Math.max(0, Math.min(choice.token, last)) };
    }
  }
}

/** The rows in an order; what is not a number comes last in both directions, equals stay as they were logged. */
export function sortRows(rows: readonly RolloutRow[], { key, isDescending }: Order): readonly RolloutRow[] {
  const sign = isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[key], b[key]];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x === y ? a.line - b.line : sign * (x < y ? -1 : 1);
  });
}

/** The iteration that many steps further among those logged; null where there is none. */
export function stepIteration({ iterations, iteration }: RolloutState, step: 1 | -1): number | null {
  if (iteration === null) return null;
  const further = iterations.filter((each) => (step > 0 ? each > iteration : each < iteration));
  return (step > 0 ? further[0] : further.at(-1)) ?? null;
}

/** The newest iteration, if it is not the one shown. */
export function newerIteration({ iterations, iteration }: RolloutState): number | null {
  const newest = iterations.at(-1);
  return newest !== undefined && newest !== iteration ? newest : null;
}

/** The episode before or after the open one in the list's order. */
export function stepEpisode({ state, order }: Page, step: 1 | -1): RolloutAction | null {
  const { open, rows } = state;
  if (open === null) return null;
  const sorted = sortRows(rows, order);
  const at = sorted.findIndex(({ line }) => line === open.line);
  const next = at < 0 ? undefined : sorted[at + step];
  return next === undefined ? null : { type: "openEpisode", iteration: open.iteration, line: next.line };
}
