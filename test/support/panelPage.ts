// A built page of a panel in a real browser, with the editor's end of the line played by the test.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { webviewProtocolVersion as version, type PanelName } from "../../extension/protocol/webviewProtocol";
import { startBrowser } from "../host/support/browser";
import { repository } from "../host/support/installed";
import { styleOf } from "./themeVariables";

const address = "http://panel.test/";
const pages = join(process.env.RLHF_DIST ?? join(repository, "dist"), "webviews");
const axe = readFileSync(join(repository, "node_modules/axe-core/axe.min.js"), "utf8");

export interface PanelOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: string;
  /** What the editor kept of the page before. */
  readonly kept?: unknown;
}

export interface PanelPage {
  readonly page: Page;
  /** Errors of the page, and what its policy has refused. */
  readonly complaints: readonly string[];
  /** A message of the host. */
  say(message: unknown): Promise<void>;
  hydrate(texts: object, state: object): Promise<void>;
  change(delta: object): Promise<void>;
  /** Everything that the page has said. */
  sent(): Promise<readonly unknown[]>;
  /** What axe finds wrong: rules and elements. */
  violations(): Promise<unknown>;
  /** Waits for an expression to hold in the page, whose policy forbids the browser's own way. */
  until(expression: string): Promise<void>;
}

/** As extension/host/webviewPanel.ts writes it. */
const htmlOf = (
  name: PanelName,
  theme: string,
): string => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${address} 'nonce-style'; font-src ${address}; script-src 'nonce-script'">
<meta property="csp-nonce" content="style">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${name}.css"><title>RLHF</title></head>
<body class="${theme}"><script nonce="script" src="${name}.js"></script></body></html>`;

/** What the editor gives a page, before its script runs; keys that reach the window are those that the editor would hear of. */
const editor = (kept: unknown, theme: string): string => `
  globalThis.sent = [];
  globalThis.kept = ${JSON.stringify(kept ?? null)};
  globalThis.forwarded = [];
  globalThis.acquireVsCodeApi = () => ({
    postMessage: (message) => globalThis.sent.push(message),
    setState: (state) => (globalThis.kept = state),
    getState: () => globalThis.kept,
  });
  window.addEventListener("keydown", ({ key, altKey, ctrlKey, metaKey, shiftKey, isComposing }) => {
    globalThis.forwarded.push({ key, alt: altKey, control: ctrlKey || metaKey, shift: shiftKey, isComposing });
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const line of ${JSON.stringify(styleOf(theme).split("; "))}) {
      const [name, value] = line.split(": ");
      document.documentElement.style.setProperty(name, value);
    }
  });`;

/** A browser for the tests of a suite; gives what opens a page in it, in place of the one that was open. */
export function panelsOfSuite(): (name: PanelName, options?: PanelOptions) => Promise<PanelPage> {
  let browser: Browser | undefined;
  let open: PanelPage | undefined;
  const close = async (): Promise<void> => {
    await open?.page.context().close();
    open = undefined;
  };
  before(async () => (browser = await startBrowser()));
  after(() => browser?.close());
  afterEach(close);
  return async (name, options = {}) => {
    assert.ok(browser);
    await close();
    return (open = await openPanel(browser, name, options));
  };
}

export async function openPanel(
  browser: Browser,
  name: PanelName,
  options: PanelOptions,
): Promise<PanelPage> {
  const { width = 900, height = 700, theme = "vscode-dark", kept = null } = options;
  const context = await browser.newContext({ viewport: { width, height } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.addInitScript(editor(kept, theme));
  await page.route(`${address}**`, (route) => {
    const file = new URL(route.request().url()).pathname.slice(1);
    if (file === "") return route.fulfill({ contentType: "text/html", body: htmlOf(name, theme) });
    return route.fulfill({ path: join(pages, file) });
  });
  await page.goto(address);
  const say = async (message: unknown): Promise<void> =>
    void (await page.evaluate(`window.postMessage(${JSON.stringify(message)}, "*")`));
  return {
    page,
    complaints,
    say,
    hydrate: (texts, state) => say({ type: "hydrate", version, texts, state }),
    change: (delta) => say({ type: "delta", delta }),
    sent: () => page.evaluate("globalThis.sent"),
    violations: async () => {
      await page.evaluate(axe);
      const counts = `({ passes, violations }) => ({ passes: passes.length, violations: violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => html + failureSummary)]) })`;
      const found = await page.evaluate<{ passes: number; violations: unknown }>(`axe.run().then(${counts})`);
      assert.ok(found.passes > 10);
      return found.violations;
    },
    until: async (expression) => {
      for (let i = 0; i < 500; i++) {
        if (await page.evaluate<boolean>(`Boolean(${expression})`)) return;
        await page.waitForTimeout(20);
      }
      throw new Error(`waited in vain for ${expression}`);
    },
  };
}
