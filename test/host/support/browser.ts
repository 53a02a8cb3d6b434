import { spawnSync } from "node:child_process";
import { chromium, type Browser } from "playwright-core";
import { installed } from "./installed";

const words = [
  ...["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Starts $CHROMIUM, or else the installed browser, with fonts that have Korean letters. */
export function startBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? installed.chromium;
  const fonts = { ...process.env, FONTCONFIG_PATH: installed.fonts };
  const environment = canStart(executablePath, fonts)
    ? fonts
    : { ...fonts, LD_LIBRARY_PATH: installed.libraries };
  return chromium.launch({ executablePath, args: words, env: definedOnly(environment) });
}

function canStart(executablePath: string, env: NodeJS.ProcessEnv): boolean {
  return spawnSync(executablePath, ["--version"], { env, stdio: "ignore" }).status === 0;
}

function definedOnly(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
