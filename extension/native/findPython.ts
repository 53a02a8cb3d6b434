import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { join } from "node:path";
import { decodeText, object, string } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { isUsableVersion } from "./chooseWheel";
import { libraryFault } from "./library";

/** A TensorFlow that a Python has. */
export interface PythonTensorflow {
  readonly python: string;
  readonly version: string;
  /** site-packages/tensorflow. */
  readonly folder: string;
}

/** What was found in one Python: a TensorFlow to use, or why there is none. */
export type FoundPython =
  | { readonly ok: true; readonly found: PythonTensorflow }
  | { readonly ok: false; readonly python: string; readonly reason: string };

/** Asks where TensorFlow is and of which version, without importing it, which takes seconds. -I: nothing of this folder or the user's variables gets in. */
const question = `
import importlib.metadata as m, importlib.util as u, json
s = u.find_spec("tensorflow")
names = ["tensorflow", "tensorflow-cpu", "tensorflow-macos", "tensorflow-gpu", "tf-nightly", "tensorflow-cpu-aws", "intel-tensorflow", "tensorflow-intel", "tensorflow-rocm"]
def version():
    for n in names:
        try: return m.version(n)
        except m.PackageNotFoundError: pass
    return "unknown"
print(json.dumps({"folder": (list(s.submodule_search_locations or [""])[0] if s else ""), "version": version() if s else ""}))
`;

const answer = object({ folder: string, version: string });
const run = promisify(execFile);

/** The Pythons to ask, in order: the one named by RLHF_PYTHON, those that are active, those on the search path. */
export function pythonCandidates(
  env: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  if (env.RLHF_PYTHON) return [env.RLHF_PYTHON];
  const active = [env.VIRTUAL_ENV, env.CONDA_PREFIX].flatMap((folder) =>
    folder ? [join(folder, "bin", "python")] : [],
  );
  return [...active, "python3", "python"];
}

/** Asks each Python in turn until one has a usable TensorFlow. */
export async function findPythonTensorflow(
  candidates: readonly string[] = pythonCandidates(),
  platform = process.platform,
): Promise<readonly FoundPython[]> {
  const found: FoundPython[] = [];
  for (const python of candidates) {
    const one = await askPython(python, platform);
    found.push(one);
    if (one.ok) break;
  }
  return found;
}

async function askPython(python: string, platform: NodeJS.Platform): Promise<FoundPython> {
  const no = (reason: string): FoundPython => ({ ok: false, python, reason });
  let text: string;
  try {
    text = (await run(python, ["-I", "-c", question], { timeout: 30_000 })).stdout;
  } catch (error) {
    return no(
      error instanceof Error && "code" in error && error.code === "ENOENT"
        ? "is not there"
        : "does not answer",
    );
  }
  const said = decodeText(answer, text, python);
  if (isProblem(said)) return no("does not answer");
  const { folder, version } = said;
  if (folder === "") return no("has no TensorFlow");
  if (!isUsableVersion(version)) return no(`has TensorFlow ${version}, and 2.12 or a later 2.x is needed`);
  const fault = libraryFault(folder, platform);
  return fault === null
    ? { ok: true, found: { python, version, folder } }
    : no(`has TensorFlow ${version}, but ${fault}`);
}
