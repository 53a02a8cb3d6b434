import { createRequire } from "node:module";
import {
  findPackage,
  findSetup,
  nativeFolder,
  packageAddon,
  type FoundSetup,
} from "../engine/tensorflow/nativeSetup";
import { findCompiler, findSources } from "../native/compileAddon";
import { findPythonTensorflow } from "../native/findPython";
import { configuredIndex, shownUrl } from "../native/packageIndex";
import { prebuiltAddon } from "../native/prebuilt";
import { isProblem } from "../protocol/problem";

/** One way to the native backend, and what was found of it. */
export interface NativeRoute {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
}

/** What there is of each way to the native backend, for `rlhf doctor`. Nothing is fetched and no library loaded. */
export async function nativeRoutes(): Promise<readonly NativeRoute[]> {
  const folder = nativeFolder();
  const setup = findSetup(folder);
  const packageFolder = findPackage(createRequire(__filename));
  const hasOwn = packageFolder !== null && packageAddon(packageFolder) !== null;
  const pythons = await findPythonTensorflow();
  const python = pythons.find((one) => one.ok);
  const compiler = await findCompiler();
  const sources = findSources();
  const prebuilt = prebuiltAddon();
  const noCompiler = isProblem(compiler) ? compiler : isProblem(sources) ? sources : null;
  return [
    {
      name: "set up",
      ok: setup.type === "whole",
      found: setupText(setup, folder),
    },
    {
      name: "npm package",
      ok: hasOwn,
      found:
        packageFolder === null
          ? "not installed"
          : hasOwn
            ? "has its own binary"
            : "installed, without a binary of its own",
    },
    {
      name: "Python",
      ok: python !== undefined,
      found: pythons
        .map((one) =>
          one.ok
            ? `${one.found.python} has TensorFlow ${one.found.version} in ${one.found.folder}`
            : `${one.python} ${one.reason}`,
        )
        .join("; "),
    },
    {
      name: "wheel",
      ok: prebuilt !== null || noCompiler === null,
      found: `\`rlhf setup-native --from wheel\` fetches it from ${shownUrl(configuredIndex())}`,
    },
    {
      name: "addon",
      ok: prebuilt !== null,
      found:
        prebuilt === null
          ? `none came along for ${process.platform} ${process.arch}: it is built here`
          : `came along for ${process.platform} ${process.arch}`,
    },
    {
      name: "compiler",
      ok: noCompiler === null,
      found: noCompiler?.message.replace(/\.$/, "") ?? (isProblem(compiler) ? "" : compiler),
    },
  ];
}

function setupText(found: FoundSetup, folder: string): string {
  if (found.type === "none") return `nothing in ${folder}`;
  if (found.type === "broken") return `broken: ${found.reason}; \`rlhf setup-native\` mends it`;
  const what = `TensorFlow ${found.setup.version} from ${found.setup.source}, in ${folder}`;
  return found.isOld
    ? `${what}, by an older version of RLHF Workbench; \`rlhf setup-native\` renews it`
    : what;
}
