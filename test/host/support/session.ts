import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { version } from "../../../package.json";
import { runCli } from "../../support/runCli";
import { startBrowser } from "./browser";
import { repository } from "./installed";
import { startServer, vsixFile, type Server } from "./server";

/** What all suites share: one server, one browser, and a folder for what the tests make. */
export interface Session {
  readonly server: Server;
  readonly browser: Browser;
  /** Where tests inside the extension host write their results. */
  readonly resultsFile: string;
  /** Where the native backend is set up, instead of in the user's own folder. */
  readonly nativeFolder: string;
  /** A new empty folder. */
  folder(name: string): string;
  /** A copy of the tiny world's project. */
  project(name: string): Promise<string>;
}

let opening: Promise<Session & { end(): Promise<void> }> | null = null;

/** Starts server and browser when the first test asks. */
export function session(): Promise<Session> {
  opening ??= open();
  return opening;
}

/** Ends what session() has started, if anything. */
export async function endSession(): Promise<void> {
  await (await opening)?.end();
  opening = null;
}

async function open(): Promise<Session & { end(): Promise<void> }> {
  const files = mkdtempSync(join(tmpdir(), "rlhf-host-files-"));
  const resultsFile = join(files, "results.json");
  const nativeFolder = join(files, "native");
  const [server, browser] = await Promise.all([
    startServer(vsixFile(version), { RLHF_TEST_RESULTS: resultsFile, RLHF_NATIVE_DIR: nativeFolder }),
    startBrowser(),
  ]);
  const folder = (name: string): string => mkdtempSync(join(files, `${name}-`));
  let template: Promise<string> | null = null;
  const project = async (name: string): Promise<string> => {
    template ??= newProject(join(files, "template"));
    const path = folder(name);
    cpSync(await template, path, { recursive: true });
    return path;
  };
  const end = async (): Promise<void> => {
    await browser.close();
    await server.stop();
    rmSync(files, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  return { server, browser, resultsFile, nativeFolder, folder, project, end };
}

async function newProject(folder: string): Promise<string> {
  const { code, err } = await runCli(["new", folder, "--template", "tiny-world"], {
    file: join(repository, "dist/cli.js"),
  });
  if (code !== 0) throw new Error(`no project: ${err}`);
  return folder;
}
