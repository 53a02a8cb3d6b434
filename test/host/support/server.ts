import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { installed, repository } from "./installed";

/** Values of the user's settings.json. */
export type Settings = Readonly<Record<string, unknown>>;

export interface Server {
  /** http://127.0.0.1:port; webviews need this host, or localhost, for their service worker. */
  readonly address: string;
  /** The folder of the extension as installed from the VSIX. */
  readonly extension: string;
  /** For windows that open from now on. */
  writeSettings(settings: Settings): void;
  /** A person's own keys, for windows that open from now on. */
  writeKeybindings(keys: readonly object[]): void;
  stop(): Promise<void>;
}

const quiet: Settings = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "chat.disableAIFeatures": true,
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
};

/**
 * Starts the VS Code server with the VSIX installed, on a free port and with folders of its own. Its environment, with what is given here,
 * reaches the extension hosts.
 */
export async function startServer(
  vsix: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "rlhf-host-"));
  const [userData, extensions] = [join(folder, "user"), join(folder, "extensions")];
  for (const path of [join(userData, "User"), extensions]) mkdirSync(path, { recursive: true });
  const writeSettings = (settings: Settings): void =>
    writeFileSync(join(userData, "User/settings.json"), JSON.stringify({ ...quiet, ...settings }));
  writeSettings({});
  const writeKeybindings = (keys: readonly object[]): void =>
    writeFileSync(join(userData, "User/keybindings.json"), JSON.stringify(keys));
  const folders = ["--user-data-dir", userData, "--extensions-dir", extensions];
  install(vsix, folders);
  const extension = join(extensions, readdirSync(extensions).find((name) => name.startsWith("rlhf-")) ?? "");
  writeKorean(userData);
  const port = await freePort();
  const child = spawn(installed.node, [installed.codeServer, ...serverWords(port), ...folders], {
    // A process group of its own: the server starts others, and all of them end together.
    detached: true,
    stdio: "ignore",
    env: { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...environment },
  });
  const end = (): void => endGroup(child);
  process.once("exit", end);
  const address = `http://127.0.0.1:${port}`;
  await untilHealthy(address, child);
  const stop = async (): Promise<void> => {
    end();
    process.off("exit", end);
    if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  return { address, extension, writeSettings, writeKeybindings, stop };
}

const serverWords = (port: number): readonly string[] => [
  ...["--bind-addr", `127.0.0.1:${port}`, "--auth", "none", "--config", "/dev/null"],
  ...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
  // An extension host whose window has gone ends soon instead of in hours.
  ...["--ignore-last-opened", "--reconnection-grace-time", "10"],
  // Without this the server ignores the keys that start tests inside the extension host.
  ...["--vscode-option", "enable-smoke-test-driver"],
];

function install(vsix: string, folders: readonly string[]): void {
  const words = ["--config", "/dev/null", ...folders, "--install-extension", vsix, "--force"];
  const { status, stdout, stderr } = spawnSync(installed.node, [installed.codeServer, ...words], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the extension cannot be installed: ${stdout}${stderr}`);
}

/**
 * As a language pack would, for windows whose browser asks for Korean. The workbench's own texts stay English, since this pack has none. The
 * server asks the browser only where an argv.json names no language, and takes English where there is no such file.
 */
function writeKorean(userData: string): void {
  const translations = join(userData, "ko.json");
  writeFileSync(translations, JSON.stringify({ version: "1.0.0", contents: {} }));
  const extensions = [{ extensionIdentifier: { id: "test.korean" }, version: "1.0.0" }];
  const pack = { hash: "test", label: "한국어", extensions, translations: { vscode: translations } };
  writeFileSync(join(userData, "languagepacks.json"), JSON.stringify({ ko: pack }));
  writeFileSync(join(userData, "User/argv.json"), "{}");
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function untilHealthy(address: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`the VS Code server ended with ${child.exitCode}`);
    const answer = await fetch(`${address}/healthz`).catch(() => null);
    if (answer?.ok) return;
    await wait(100);
  }
  throw new Error("the VS Code server does not answer");
}

function endGroup({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // Already gone.
  }
}

/** The VSIX that `npm test` and `npm run package` make. */
export function vsixFile(version: string): string {
  const file = join(repository, `rlhf-workbench-${version}.vsix`);
  if (!existsSync(file)) throw new Error(`${file} is missing: npm run package makes it`);
  return file;
}
