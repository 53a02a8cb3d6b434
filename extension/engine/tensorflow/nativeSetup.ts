import { existsSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import {
  decodeVersioned,
  integerFrom,
  object,
  oneOf,
  string,
  withDefault,
  type Decoded,
} from "../../protocol/codec";
import { isProblem } from "../../protocol/problem";

/** What `rlhf setup-native` leaves in its folder, besides the wheel's files where it fetched one. */
export const setupFile = "setup.json";
export const addonFile = "tfjs_binding.node";
/** A link to TensorFlow's folder beside the addon, whose search path names it: no environment variable is needed where a process starts. */
export const libraryLink = "lib";

/** 2: the addon runs recorded steps. 3: it has operations of its own. 4: their second version (`kernelsVersion`). */
export const setupFormat = 4;

const nativeSetup = object({
  formatVersion: withDefault(integerFrom(1), 1),
  /** Where TensorFlow comes from: a Python of the user's, or a wheel in this folder. */
  route: oneOf(["python", "wheel"]),
  /** What was asked for: `gpu` fails without one, `cpu` hides it, `auto` takes what there is. */
  device: oneOf(["auto", "gpu", "cpu"]),
  /** TensorFlow's version. */
  version: string,
  /** What a person would call the place: the Python, or the wheel's file name. */
  source: string,
  /** Whether the addon came along with the product or was built here. */
  addon: withDefault(oneOf(["prebuilt", "built"]), "built"),
});
export type NativeSetup = Omit<Decoded<typeof nativeSetup>, "formatVersion">;

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export const here = (): Surroundings => ({ platform: process.platform, env: process.env, home: homedir() });

/** The user's own folder of the native backend, outside every project; RLHF_NATIVE_DIR names another. */
export function nativeFolder({ platform, env, home }: Surroundings = here()): string {
  if (env.RLHF_NATIVE_DIR) return env.RLHF_NATIVE_DIR;
  const name = join("rlhf-workbench", "native");
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), name);
  if (platform === "darwin") return join(home, "Library", "Application Support", name);
  // An XDG path that is not absolute is to be ignored.
  const data = env.XDG_DATA_HOME?.startsWith("/") ? env.XDG_DATA_HOME : join(home, ".local", "share");
  return join(data, name);
}

/** The names of TensorFlow's two libraries, as wheels of 2.12 and later have them. */
export function libraryNames(platform: NodeJS.Platform): readonly [string, string] {
  return platform === "darwin"
    ? ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"]
    : ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
}

/** What was set up in a folder, as one of these; a setup that lost its library (a Python that was removed) is broken. */
export type FoundSetup =
  | { readonly type: "none" }
  | { readonly type: "broken"; readonly reason: string }
  | {
      readonly type: "whole";
      readonly setup: NativeSetup;
      readonly addon: string;
      /** Whether an older version of this product made it: it works, without what came since. */
      readonly isOld: boolean;
    };

export function findSetup(folder: string, platform = process.platform): FoundSetup {
  const file = join(folder, setupFile);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return existsSync(folder) ? { type: "broken", reason: `${file} cannot be read` } : { type: "none" };
  }
  const decoded = decodeVersioned(nativeSetup, setupFormat, text, file);
  if (isProblem(decoded)) return { type: "broken", reason: decoded.message.replace(/\.$/, "") };
  const { formatVersion, ...setup } = decoded;
  const addon = join(folder, addonFile);
  const needed = [addon, ...libraryNames(platform).map((name) => join(folder, libraryLink, name))];
  const missing = needed.find((path) => !existsSync(path));
  if (missing !== undefined)
    return {
      type: "broken",
      reason: `${missing}, of TensorFlow ${setup.version} from ${setup.source}, is gone`,
    };
  return { type: "whole", setup, addon, isOld: formatVersion < setupFormat };
}

/** The addon that npm's package has when its own install script was allowed to run, or null. */
export function packageAddon(packageFolder: string): string | null {
  const addon = join(packageFolder, "lib", "napi-v8", addonFile);
  return existsSync(addon) ? addon : null;
}

/** The folder of npm's package, or null where it is not installed. */
export function findPackage(require: Pick<NodeJS.Require, "resolve">): string | null {
  try {
    return dirname(realpathSync(require.resolve("@tensorflow/tfjs-node-gpu/package.json")));
  } catch {
    return null;
  }
}

export interface FoundAddon {
  readonly addon: string;
  readonly device: NativeSetup["device"];
}

/** The addon to load: the one that was set up, or the npm package's own. Throws a sentence's end where there is none. */
export function findAddon(require: Pick<NodeJS.Require, "resolve">, folder = nativeFolder()): FoundAddon {
  const found = findSetup(folder);
  if (found.type === "whole") return { addon: found.addon, device: found.setup.device };
  const packageFolder = findPackage(require);
  const own = packageFolder === null ? null : packageAddon(packageFolder);
  if (own !== null) return { addon: own, device: "auto" };
  const why = found.type === "broken" ? found.reason : "TensorFlow is not set up";
  throw new Error(`${why}; \`rlhf setup-native\` does it`);
}
