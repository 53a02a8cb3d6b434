/** As many as the kernels have a workspace for. */
const mostThreads = 64;
/** More than these are used only when asked for: the memory's speed does not grow with them. */
const usualThreads = 4;

/** How many threads compute: as many as were asked for, or for 0 as there are processors, at most four. */
export function threadCount(wanted: number, processors: number): number {
  return Math.min(wanted === 0 ? Math.min(processors, usualThreads) : wanted, mostThreads);
}
