// Gives the addon of $RLHF_NATIVE_DIR a function with a name of 512 MB when the process may have 256 MB more than it has, and prints what comes of it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Addon } from "../../extension/engine/tensorflow/addon";
import { findAddon } from "../../extension/engine/tensorflow/nativeSetup";

const require = createRequire(__filename);
const addon = require(findAddon(require).addon) as Addon;

/** A field of protocol buffers, number 1, of so many bytes. */
function field(length: number): number[] {
  const bytes = [0x0a];
  for (; length > 127; length >>>= 7) bytes.push((length & 127) | 128);
  return [...bytes, length];
}
const name = Buffer.alloc(2 ** 29, "A");
const signature = [...field(name.length)];
const definition = Buffer.concat([
  Buffer.from([...field(signature.length + name.length), ...signature]),
  name,
]);

const pages = Number(readFileSync("/proc/self/statm", "utf8").split(" ")[0]);
execFileSync("prlimit", ["--pid", String(process.pid), `--as=${pages * 4096 + 2 ** 28}:`]);
try {
  addon.addFunction?.(definition);
  console.log("it was taken");
} catch (error) {
  console.log(`thrown: ${error instanceof Error ? error.message : String(error)}`);
}
