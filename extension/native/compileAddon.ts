import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import functions from "./addon/functions.cc";
import kernels from "./addon/kernels.h";
import operations from "./addon/operations.cc";
import threads from "./addon/threads.h";
import { addonFile, findPackage, libraryLink, libraryNames } from "../engine/tensorflow/nativeSetup";
import { isProblem, Problem } from "../protocol/problem";
import { errorCode } from "../runs/disk";
import { interrupted } from "./packageIndex";

export interface Compile {
  /** npm's package, with the addon's sources. */
  readonly packageFolder: string;
  /** Where node_api.h lies. */
  readonly nodeHeaders: string;
  /** TensorFlow's folder as it is linked beside the addon. */
  readonly library: string;
  /** Where the addon is put. */
  readonly folder: string;
  readonly platform: NodeJS.Platform;
}

const ownSources: Readonly<Record<string, string>> = {
  "functions.cc": functions,
  "operations.cc": operations,
  "kernels.h": kernels,
  "threads.h": threads,
};
const sourceFolder = (folder: string): string => join(folder, "sources");

/**
 * The compiler's arguments for the addon: the package's two C++ files on Node-API 8, which Node 20 to 24 all have, and TensorFlow's C
 * functions; the second within ours (`addon/functions.cc` says why), which lie in the addon's folder meanwhile. It finds the libraries by a path relative to itself, so that its folder can be renamed, and so that a process needs no environment variable.
 */
export function compileArguments({
  packageFolder,
  nodeHeaders,
  library,
  folder,
  platform,
}: Compile): readonly string[] {
  const isMac = platform === "darwin";
  const binding = join(packageFolder, "binding");
  const ours = Object.keys(ownSources).filter((name) => name.endsWith(".cc"));
  const sources = [join(binding, "tfjs_backend.cc"), ...ours.map((name) => join(sourceFolder(folder), name))];
  const libraries = libraryNames(platform).map((name) => join(library, name));
  const origin = isMac ? "@loader_path" : "$ORIGIN";
  return [
    ...["-std=c++17", "-O3", "-fno-math-errno", "-fPIC", "-shared", "-pthread", "-DNAPI_VERSION=8", "-w"],
    "-DTFE_NewContext=rlhf_new_context",
    ...["-I", nodeHeaders, "-I", join(library, "include"), "-I", binding],
    ...sources,
    ...libraries,
    `-Wl,-rpath,${origin}/${libraryLink}`,
    // All functions are looked up when the addon is loaded: a library that lacks one is then an error with a reason, not the end of the process.
    ...(isMac ? ["-undefined", "dynamic_lookup"] : ["-Wl,-z,now"]),
    ...["-o", join(folder, addonFile)],
  ];
}

/** Where build.mjs puts what an addon is built of, in the folder of the programs: an installed extension has no node_modules. */
export const copiedSources = join("native", "sources");

/** The compiler to call: CXX, or what the system has under its usual names. */
const compilers = (): readonly string[] => (process.env.CXX ? [process.env.CXX] : ["c++", "g++", "clang++"]);

const run = promisify(execFile);

/** Compiles the addon with the first compiler that is there. */
export async function compileAddon(
  compile: Compile,
  signal: AbortSignal,
  candidates: readonly string[] = compilers(),
): Promise<Problem | null> {
  const sources = sourceFolder(compile.folder);
  await mkdir(sources, { recursive: true });
  for (const [name, text] of Object.entries(ownSources)) await writeFile(join(sources, name), text);
  for (const compiler of candidates) {
    try {
      await run(compiler, [...compileArguments(compile)], { signal, maxBuffer: 2 ** 24 });
      await rm(sources, { recursive: true });
      return null;
    } catch (error) {
      if (signal.aborted) return interrupted();
      if (errorCode(error) === "ENOENT") continue;
      const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
      const line = said.split("\n").find((text) => /error/i.test(text)) ?? said.split("\n")[0];
      return new Problem("unsupported", `The compiler ${compiler} cannot build the addon: ${line.trim()}`);
    }
  }
  return noCompiler(candidates, compile.platform);
}

/** The first compiler that answers, with its version's first line. */
export async function findCompiler(candidates: readonly string[] = compilers()): Promise<string | Problem> {
  for (const compiler of candidates) {
    try {
      const { stdout } = await run(compiler, ["--version"], { timeout: 10_000 });
      return stdout.split("\n")[0].trim() || compiler;
    } catch {
      // The next one.
    }
  }
  return noCompiler(candidates, process.platform);
}

function noCompiler(candidates: readonly string[], platform: NodeJS.Platform): Problem {
  const tried = candidates.join(", ");
  return new Problem(
    "missing",
    platform === "darwin"
      ? `There is no C++ compiler to build the addon with (${tried}): \`xcode-select --install\` installs one.`
      : `There is no C++ compiler to build the addon with (${tried}): \`apt install g++\` or its like installs one.`,
  );
}

/** Where the addon's sources and Node's headers are: in node_modules, or as the build copied them beside the programs. A problem says what to install. */
export function findSources(
  from = __filename,
  nodePath = process.execPath,
): Pick<Compile, "packageFolder" | "nodeHeaders"> | Problem {
  const copied = join(dirname(from), copiedSources);
  if (existsSync(join(copied, "binding"))) return { packageFolder: copied, nodeHeaders: copied };
  const require = createRequire(from);
  const packageFolder = findPackage(require);
  if (packageFolder === null)
    return new Problem(
      "missing",
      "The npm package @tensorflow/tfjs-node-gpu is not installed: `npm install @tensorflow/tfjs-node-gpu@4.22.0` beside RLHF Workbench does it.",
    );
  const nodeHeaders = findNodeHeaders(require, nodePath);
  return isProblem(nodeHeaders) ? nodeHeaders : { packageFolder, nodeHeaders };
}

/** npm's package of headers, or those that Node's own distribution brings. */
export function findNodeHeaders(
  require: Pick<NodeJS.Require, "resolve">,
  nodePath: string,
): string | Problem {
  const places = [join(dirname(nodePath), "..", "include", "node")];
  try {
    places.unshift(join(dirname(require.resolve("node-api-headers/package.json")), "include"));
  } catch {
    // Not installed; Node's own may do.
  }
  const found = places.find((folder) => existsSync(join(folder, "node_api.h")));
  return (
    found ??
    new Problem(
      "missing",
      "The npm package node-api-headers is not installed: `npm install node-api-headers` beside RLHF Workbench does it.",
    )
  );
}
