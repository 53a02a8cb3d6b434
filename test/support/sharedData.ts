import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Context } from "mocha";
import { skipBecause } from "./skip";

/** Where the real data lies: $RLHF_SHARED_DATA, else `../shared/data` beside the repository, where tests are started. */
export function sharedDataFolder(): string {
  return process.env.RLHF_SHARED_DATA ?? resolve("../shared/data");
}

/** The path of a file of real data; the test is skipped, and counted so, where it is not there. */
export function sharedFile(context: Context, name: string): string {
  const path = join(sharedDataFolder(), name);
  return existsSync(path)
    ? path
    : skipBecause(context, `${name} is not in ../shared/data (RLHF_SHARED_DATA names another place)`);
}

/** The bytes of a file of real data, unpacked when its name ends with .gz. */
export function sharedBytes(context: Context, name: string): Uint8Array {
  const bytes = readFileSync(sharedFile(context, name));
  return name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

export function sharedText(context: Context, name: string): string {
  return new TextDecoder().decode(sharedBytes(context, name));
}
