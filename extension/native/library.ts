import { existsSync } from "node:fs";
import { join } from "node:path";
import { libraryNames } from "../engine/tensorflow/nativeSetup";

/** What of a TensorFlow's folder must be there to build on it; null where all is. */
export function libraryFault(folder: string, platform: NodeJS.Platform): string | null {
  const needed = [
    ...libraryNames(platform),
    "include/tensorflow/c/c_api.h",
    "include/tensorflow/c/eager/c_api.h",
  ];
  const missing = needed.find((name) => !existsSync(join(folder, name)));
  return missing === undefined ? null : `${join(folder, missing)} is missing`;
}

/** Of a wheel's files those that are kept: the two libraries, the headers of the C functions with those that they include, and the licences. */
export function isKept(name: string): boolean {
  return (
    /^tensorflow\/libtensorflow_(cc|framework)\.[^/]*$/.test(name) ||
    /^tensorflow\/include\/(.*\/)?(c\/.*|ctstring[^/]*|platform\/platform)\.h$/.test(name) ||
    /(^|\/)(LICENSE|THIRD_PARTY_NOTICES)[^/]*$/i.test(name)
  );
}
