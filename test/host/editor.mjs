// Opens the built extension in an editor, with the sample project or the folder given: in VS Code where `code` is installed, and otherwise in
// the server of the tests, until Ctrl-C.   npm run editor [FOLDER]
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { whyNoServer } from "./install.mjs";
import { packageExtension } from "./package.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The folder given, or a new sample project. */
function folderToOpen() {
  if (process.argv[2]) return resolve(process.argv[2]);
  const folder = join(mkdtempSync(join(tmpdir(), "rlhf-")), "tiny-world");
  const words = [join(root, "dist/cli.js"), "new", folder, "--template", "tiny-world"];
  if (spawnSync(process.execPath, words, { stdio: "inherit" }).status !== 0) process.exit(1);
  return folder;
}

/** Whether the desktop editor took the folder. One shell string, because `code` is a .cmd file on Windows. */
function openOnDesktop(folder) {
  const command = `code --new-window "--extensionDevelopmentPath=${root}" "${folder}"`;
  return spawnSync(command, { shell: true, stdio: ["ignore", "inherit", "ignore"] }).status === 0;
}

async function openInServer(folder) {
  const { file } = await packageExtension();
  const reason = whyNoServer();
  if (reason !== null) throw new Error(`${reason}; install VS Code's \`code\` command`);
  const { startServer } = createRequire(import.meta.url)(join(root, "dist/test/host/server.js"));
  const server = await startServer(file);
  console.log(`${server.address}/?folder=${encodeURIComponent(folder)}\nCtrl-C ends it; the folder stays.`);
  const end = () => void server.stop().then(() => process.exit(0));
  process.once("SIGINT", end).once("SIGTERM", end);
}

const folder = folderToOpen();
if (!openOnDesktop(folder)) await openInServer(folder);
