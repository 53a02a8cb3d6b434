// How the threads share work. All instances of this module share one memory; a block at its start holds the running operation.
//
// The main thread writes the operation's arguments and publishes a ticket (generation, next tile). Every thread takes tiles by
// compare-and-swap on the ticket, so a late or sleeping worker never holds anyone up: the main thread just takes the tiles itself.
// A swap succeeds only while its generation runs: arguments change only once all tiles of a generation are done and its ticket is closed,
// so what a thread read before a successful swap is valid. Which thread computes a tile changes nothing in its result.
//
// On a busy machine a worker may lose its processor in the middle of a tile, and then everyone waits for it; or it shares one processor with
// the main thread, and only takes time away. When a wait was out of all proportion, or the workers did next to nothing, the main thread
// works alone for a while, for longer each time that it happens again.
import { runTile } from "./kernels";

/** Milliseconds, from the host. */
@external("env", "now")
declare function now(): f64;

const ticketAddress: usize = 64; // i64: generation in the high half, next tile in the low half
const generationAddress: usize = 68; // the ticket's high half, which sleeping workers watch
const doneAddress: usize = 128; // i32: tiles done
const sleepersAddress: usize = 192; // i32: workers asleep
const argumentsAddress: usize = 256; // 64 words: operation, tiles, then the operation's own

/** Depths of a matrix product that are done together; a panel stays in the first-level cache. */
export const depthBlock: i32 = 256;

// Behind the running operation a workspace a thread, for matrix products: a block at their edges, a panel of B, rows of A.
const workspaceAddress: usize = 4096;
const panelOffset: usize = 256;
const rowOffset: usize = panelOffset + 8 * depthBlock * 4;
const workspaceBytes: usize = rowOffset + 64 * depthBlock * 4; // 64 of them lie before the tensors (engine/wasm/kernelMemory.ts)

/** 0 is the main thread. */
let threadId: i32 = 0;
let workers: i32 = 0;
let generation: i32 = 0;

const closed: i64 = 0x7fffffff; // a tile that no operation has

const spins: i32 = 200000; // about 150 µs, longer than the pause between two operations
const mainSpins: i32 = 20000;

const shortestPause: f64 = 20; // ms of working alone after a worker was lost
const longestPause: f64 = 640;
const reviewed: i32 = 256; // after so many operations the workers' share of the tiles is looked at
const calmReviews: i32 = 8; // so many good ones in a row, and the next pause is the shortest again

let aloneUntil: f64 = 0;
let pause: f64 = shortestPause;
let calm: i32 = 0;
let operations: i32 = 0; // since the last review, with the tiles of all threads and of the main one
let allTiles: i32 = 0;
let ownTiles: i32 = 0;

/** The main thread's setting: how many workers there are. */
export function setWorkers(count: i32): void {
  workers = count;
}

@inline
export function thread(): i32 {
  return threadId;
}

/** This thread's block for the edges of products: 4×8 floats. */
@inline
export function edgeBlock(): usize {
  return workspaceAddress + <usize>threadId * workspaceBytes;
}
/** This thread's panel: [depthBlock][8] floats. */
@inline
export function panelBuffer(): usize {
  return edgeBlock() + panelOffset;
}
/** This thread's rows: 64 of depthBlock floats. */
@inline
export function rowBuffer(): usize {
  return edgeBlock() + rowOffset;
}

// The operation's arguments: word i.
@inline
export function setInteger(i: i32, value: i32): void {
  store<i32>(argumentsAddress + 8 + ((<usize>i) << 2), value);
}
@inline
export function setPointer(i: i32, value: usize): void {
  store<usize>(argumentsAddress + 8 + ((<usize>i) << 2), value);
}
@inline
export function setFloat(i: i32, value: f32): void {
  store<f32>(argumentsAddress + 8 + ((<usize>i) << 2), value);
}
@inline
export function integer(i: i32): i32 {
  return load<i32>(argumentsAddress + 8 + ((<usize>i) << 2));
}
@inline
export function pointer(i: i32): usize {
  return load<usize>(argumentsAddress + 8 + ((<usize>i) << 2));
}
@inline
export function float(i: i32): f32 {
  return load<f32>(argumentsAddress + 8 + ((<usize>i) << 2));
}

/** Runs all tiles of an operation, whose arguments are set, on all threads. */
export function run(operation: i32, tiles: i32): void {
  const start: f64 = workers == 0 || tiles < 2 ? 0 : now();
  if (start == 0 || start < aloneUntil) {
    for (let tile = 0; tile < tiles; tile++) runTile(operation, tile);
    return;
  }
  // The last generation's ticket is closed first: a thread that still holds it must not see more tiles than that generation had.
  atomic.store<i64>(ticketAddress, ((<i64>generation) << 32) | closed);
  store<i32>(argumentsAddress, operation);
  store<i32>(argumentsAddress + 4, tiles);
  atomic.store<i32>(doneAddress, 0);
  generation = generation == i32.MAX_VALUE ? 1 : generation + 1;
  atomic.store<i64>(ticketAddress, (<i64>generation) << 32);
  if (atomic.load<i32>(sleepersAddress) > 0) atomic.notify(generationAddress, -1);
  ownTiles += takeTiles(generation);
  allTiles += tiles;
  if (++operations == reviewed) review(start);
  for (let spin = 0; spin < mainSpins; spin++) if (atomic.load<i32>(doneAddress) == tiles) return;
  waitFor(tiles, start);
}

/** Waits for the workers' last tiles, and notes when that took longer than a few of the main thread's own. */
function waitFor(tiles: i32, start: f64): void {
  const ready = now();
  while (true) {
    const done = atomic.load<i32>(doneAddress);
    if (done == tiles) break;
    // Leave the processor: it may be the worker that needs it.
    atomic.wait<i32>(doneAddress, done, 50000);
  }
  const end = now();
  if (end - ready > 2 + 3 * (ready - start)) workAlone(end);
}

/** Whether the workers did their part lately: a fifth of an even share is enough. */
function review(time: f64): void {
  const useful = (allTiles - ownTiles) * 5 * (workers + 1) >= allTiles * workers;
  operations = 0;
  allTiles = 0;
  ownTiles = 0;
  if (!useful) workAlone(time);
  else if (++calm == calmReviews) pause = shortestPause;
}

function workAlone(time: f64): void {
  aloneUntil = time + pause;
  pause = min(2 * pause, longestPause);
  calm = 0;
}

/** Takes and runs tiles of a generation until none is left; returns how many. */
function takeTiles(current: i32): i32 {
  let taken = 0;
  while (true) {
    const ticket = atomic.load<i64>(ticketAddress);
    if (<i32>(ticket >> 32) != current) return taken;
    const operation = load<i32>(argumentsAddress);
    const tile = <i32>ticket;
    if (tile >= load<i32>(argumentsAddress + 4)) return taken;
    if (atomic.cmpxchg<i64>(ticketAddress, ticket, ticket + 1) != ticket) continue;
    runTile(operation, tile);
    taken++;
    atomic.add<i32>(doneAddress, 1);
  }
}

/** A worker's whole life: spins for the next generation, then sleeps; ends when the generation is negative. */
export function work(id: i32): void {
  threadId = id;
  let last: i32 = 0;
  let spin = 0;
  while (true) {
    const current = atomic.load<i32>(generationAddress);
    if (current < 0) return;
    if (current != last) {
      last = current;
      takeTiles(current);
      spin = 0;
    } else if (++spin > spins) {
      atomic.add<i32>(sleepersAddress, 1);
      atomic.wait<i32>(generationAddress, last, -1);
      atomic.sub<i32>(sleepersAddress, 1);
      spin = 0;
    }
  }
}

/** Ends all workers. */
export function stopWorkers(): void {
  atomic.store<i64>(ticketAddress, (<i64>-1) << 32);
  atomic.notify(generationAddress, -1);
  workers = 0;
}
