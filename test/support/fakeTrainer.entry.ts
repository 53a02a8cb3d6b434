import { writeSync } from "node:fs";
import { nodeDisk, sleepSync } from "../../extension/runs/disk";
import { trainerMain } from "../../extension/trainer/trainerMain";
import { openFakeStage } from "./fakeStage";

/**
 * A trainer process around the fake stage. KILL_AT_CALL=n ends it, as kill -9 would, at its nth call to the disk: in the middle of a write,
 * before or after a sync, a rename or the opening of a file, wherever that is.
 */
const killAt = Number(process.env.KILL_AT_CALL ?? 0);
let calls = 0;

function die(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;) sleepSync(1000);
}

function dying<A extends readonly unknown[], R>(call: (...words: A) => R): (...words: A) => R {
  return (...words) => {
    if (++calls === killAt && killAt % 2 === 0) die();
    const result = call(...words);
    if (calls === killAt) die();
    return result;
  };
}

if (killAt > 0)
  Object.assign(nodeDisk, {
    open: dying(nodeDisk.open),
    sync: dying(nodeDisk.sync),
    truncate: dying(nodeDisk.truncate),
    close: dying(nodeDisk.close),
    rename: dying(nodeDisk.rename),
    write: (file: number, bytes: Uint8Array, offset: number, position: number): number => {
      if (++calls < killAt) return writeSync(file, bytes, offset, bytes.length - offset, position);
      writeSync(file, bytes, offset, Math.floor((bytes.length - offset) / 2), position);
      return die();
    },
  });

void trainerMain(openFakeStage, process.argv.slice(2));
