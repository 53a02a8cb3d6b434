import { existsSync } from "node:fs";
import { join } from "node:path";
import { addonFile } from "../engine/tensorflow/nativeSetup";

/** The folder, in that of the programs, where a packaged extension has its addon for a platform. */
export const prebuiltFolder = (platform: NodeJS.Platform, arch: string): string =>
  join("native", `${platform}-${arch}`);

/** The addon that came along for this platform, or null: a VSIX has that of the machine it was packed on, a checkout none. */
export function prebuiltAddon(
  programs = __dirname,
  platform = process.platform,
  arch = process.arch,
): string | null {
  const file = join(programs, prebuiltFolder(platform, arch), addonFile);
  return existsSync(file) ? file : null;
}
