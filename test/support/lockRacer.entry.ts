// Takes a stale lock at a given moment, with others: node lockRacer.entry.js LOCK LOG MOMENT. Writes into the log when it has it and when it leaves it.
import { appendFileSync } from "node:fs";
import { isProblem } from "../../extension/protocol/problem";
import { takeLock } from "../../extension/runs/runLock";

const [lock, log, moment] = process.argv.slice(2);
while (Date.now() < Number(moment));
const held = takeLock(lock);
if (!isProblem(held)) {
  appendFileSync(log, `${process.pid} has it\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  appendFileSync(log, `${process.pid} leaves it\n`);
  held.release();
}
