import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { FrameLocator, Locator, Page } from "playwright-core";
import { installed } from "./installed";
import { session } from "./session";
import type { Settings } from "./server";

type AxeModule = typeof axe;

/** The four kinds of themes, by the names screenshots have: as settings.json and the picker call them, and the class the workbench takes on. */
const themes = {
  light: { setting: "Default Light Modern", label: "Light Modern", kind: "vs" },
  dark: { setting: "Default Dark Modern", label: "Dark Modern", kind: "vs-dark" },
  "hc-dark": { setting: "Default High Contrast", label: "Dark High Contrast", kind: "hc-black" },
  "hc-light": { setting: "Default High Contrast Light", label: "Light High Contrast", kind: "hc-light" },
} as const;
export type Theme = keyof typeof themes;
export const themeNames = Object.keys(themes) as readonly Theme[];

/** Those that a test goes through: all of them in the long run only, because the tests of pages alone look at all four each time. */
export const themesToSee: readonly Theme[] = process.env.RLHF_FULL_TESTS ? themeNames : ["dark", "hc-light"];

export interface WindowOptions {
  /** The folder to open; none opens an empty window. */
  readonly folder?: string;
  readonly theme?: Theme;
  readonly language?: "en" | "ko";
  /** Whether folders count as trusted; false opens them in Restricted Mode. */
  readonly trusted?: boolean;
  readonly settings?: Settings;
}

/** A VS Code window in a browser of its own profile, and the usual ways to drive it. */
export class EditorWindow {
  constructor(readonly page: Page) {}

  /** Changes the theme and waits until it shows. The server does not watch settings.json, so that a window follows its own picker alone. */
  async changeTheme(theme: Theme): Promise<void> {
    const { label, kind } = themes[theme];
    if ((await this.page.locator(`.monaco-workbench.${kind}`).count()) > 0) return;
    await this.runCommand("Preferences: Color Theme");
    await this.answer(label);
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor();
  }

  /** Opens a container of the activity bar by its title. */
  async openContainer(title: string): Promise<void> {
    await this.page.getByRole("tab", { name: title, exact: true }).click();
  }

  /** The section of the sidebar with this title; `.getByText`, `.getByRole` and the like look into it. */
  view(title: string): Locator {
    const header = this.page.getByRole("button", { name: `${title} Section`, exact: true });
    return this.page.locator(".split-view-view", { has: header });
  }

  treeItem(name: string | RegExp): Locator {
    return this.page.getByRole("treeitem", { name });
  }

  /** Types into the palette and gives its rows. */
  async searchPalette(text: string): Promise<Locator> {
    const input = this.page.locator(".quick-input-widget input").first();
    // A page that gets the focus a moment later closes the palette again.
    for (let attempt = 0; attempt < 5; attempt++) {
      await this.page.keyboard.press("F1");
      const isOpen = await input.fill(`>${text}`, { timeout: 4000 }).then(
        () => true,
        () => false,
      );
      if (isOpen) break;
    }
    return this.page.locator(".quick-input-list .monaco-list-row");
  }

  /** Runs a command by its whole title, such as `RLHF: New Project`, with keys alone; waits for it to be enabled. */
  async runCommand(title: string): Promise<void> {
    const wanted = await this.findCommand(title);
    // Better known commands may come before the one that was typed.
    for (let i = 0; i < 20 && !(await wanted.getAttribute("class"))?.includes("focused"); i++)
      await this.page.keyboard.press("ArrowDown");
    await this.page.keyboard.press("Enter");
  }

  /** The palette's row of a command. The palette looks once at what is enabled, so it is opened again until the command is. */
  async findCommand(title: string): Promise<Locator> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const rows = await this.searchPalette(title);
      const wanted = rows.filter({ has: this.page.getByText(title, { exact: true }) }).first();
      const isThere = await wanted.waitFor({ timeout: 1500 }).then(
        () => true,
        () => false,
      );
      if (isThere) return wanted;
      await this.page.keyboard.press("Escape");
    }
    throw new Error(`the palette does not offer "${title}"`);
  }

  /** Answers an input box or filters a quick pick, and accepts. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator(".quick-input-widget input").first();
    await input.fill(text);
    await input.press("Enter");
  }

  /** The document of the webview that shows; of several the one that opened first. */
  webview(): FrameLocator {
    return this.page.frameLocator("iframe.webview.ready").first().frameLocator("#active-frame");
  }

  /** What is wrong with the webview that shows, by axe's rules for WCAG 2 AA: one line a rule and element. */
  async accessibilityProblems(): Promise<readonly string[]> {
    const document = await this.webview().locator("html").elementHandle();
    const frame = await document?.ownerFrame();
    if (!frame) throw new Error("no webview shows");
    await frame.evaluate(axe.source);
    // A webview shows the editor's background through its own, which axe cannot see.
    await frame.evaluate("document.documentElement.style.background = 'var(--vscode-editor-background)'");
    return frame.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: AxeModule }).axe.run({
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
      });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    });
  }

  /** Says "mina" where the labeler's name is asked, once on a machine, so perhaps in another suite; waits for what comes then. */
  async sayName(then: Locator): Promise<void> {
    const asked = this.page.getByText("Your name on labels");
    await Promise.race([asked.waitFor(), then.waitFor()]);
    if (await asked.isVisible()) await this.answer("mina");
    await then.waitFor();
  }

  /** Opens the list of notifications and gives its rows, newest first: this server shows none by themselves. */
  async notifications(): Promise<Locator> {
    await this.runCommand("Notifications: Show Notifications");
    return this.page.locator(".notifications-center .notification-list-item");
  }

  /** Writes test/host/screenshots/<name>.png. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(installed.screenshots, { recursive: true });
    await this.page.screenshot({ path: join(installed.screenshots, `${name}.png`), animations: "disabled" });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** Opens a window on the shared server and waits until the workbench knows the extension. */
export async function openWindow(options: WindowOptions = {}): Promise<EditorWindow> {
  const { server, browser } = await session();
  const { folder, theme = "dark", language = "en", trusted = true, settings = {} } = options;
  server.writeSettings({
    "workbench.colorTheme": themes[theme].setting,
    "security.workspace.trust.enabled": !trusted,
    "security.workspace.trust.startupPrompt": "never",
    ...settings,
  });
  const context = await browser.newContext({ locale: language, viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(45_000);
  const page = await context.newPage();
  const query = folder === undefined ? "ew=true" : `folder=${encodeURIComponent(folder)}`;
  await page.goto(`${server.address}/?${query}`);
  await page.getByRole("tab", { name: "RLHF", exact: true }).waitFor();
  return new EditorWindow(page);
}

/** Opens a window for the length of a test; screenshots/failed.png shows where it stood when it failed. */
export async function withWindow(
  options: WindowOptions,
  body: (window: EditorWindow) => Promise<void>,
): Promise<void> {
  const window = await openWindow(options);
  try {
    await body(window);
  } catch (error) {
    await window.screenshot("failed").catch(() => undefined);
    throw error;
  } finally {
    await window.close();
  }
}
