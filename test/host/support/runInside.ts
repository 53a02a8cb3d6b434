import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Page } from "playwright-core";
import { repository } from "./installed";
import type { InsideResult } from "./insideResults";
import { session } from "./session";

/** How the tests inside the extension host ended. */
export interface InsideEnd {
  /** What the editor said: 0, or 1 when a test failed; null when it said nothing. It says 0 as well when the extension host dies, so it proves nothing alone. */
  readonly code: number | null;
  /** Null when none were written. */
  readonly tests: readonly InsideResult[] | null;
  readonly output: string;
}

/** Opens a window with a project, whose extension host runs the tests of dist/test/host/inside.js, and waits for their end. */
export async function runInside(): Promise<InsideEnd> {
  const { server, browser, resultsFile, project } = await session();
  rmSync(resultsFile, { force: true });
  server.writeSettings({ "security.workspace.trust.enabled": false });
  const folder = await project("inside");
  const context = await browser.newContext({ locale: "en" });
  try {
    const page = await context.newPage();
    const lines: string[] = [];
    await page.exposeFunction("codeAutomationLog", (type: string, args: readonly unknown[]) =>
      lines.push(`${type}: ${args.map(String).join(" ")}`),
    );
    const ended = exitCode(page);
    const payload = encodeURIComponent(JSON.stringify(testPayload(server.address, server.extension)));
    await page.goto(`${server.address}/?folder=${encodeURIComponent(folder)}&payload=${payload}`);
    const code = await Promise.race([ended, wait(400_000, null, { ref: false })]);
    return { code, tests: readResults(resultsFile), output: lines.join("\n") };
  } finally {
    await context.close();
  }
}

function exitCode(page: Page): Promise<number> {
  return new Promise((resolve, reject) => {
    page.exposeFunction("codeAutomationExit", resolve).catch(reject);
  });
}

function testPayload(address: string, extension: string): readonly (readonly [string, string])[] {
  const remote = (path: string): string => `${address.replace("http:", "vscode-remote:")}${path}`;
  return [
    ["extensionDevelopmentPath", remote(extension)],
    ["extensionTestsPath", remote(join(repository, "dist/test/host/inside"))],
    ["skipWelcome", "true"],
  ];
}

function readResults(file: string): readonly InsideResult[] | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as readonly InsideResult[]) : null;
}
