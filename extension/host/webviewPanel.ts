import { randomBytes } from "node:crypto";
import {
  Uri,
  env,
  window,
  type Disposable,
  type LogOutputChannel,
  type Webview,
  type WebviewPanel,
} from "vscode";
import { isProblem } from "../protocol/problem";
import {
  parsePageMessage,
  webviewMismatch,
  webviewProtocolVersion,
  type ActionOf,
  type DeltaOf,
  type HostMessage,
  type PanelName,
  type StateOf,
  type TextsOf,
} from "../protocol/webviewProtocol";
import { problemText } from "./text";

export interface PageOptions<N extends PanelName> {
  readonly name: N;
  readonly extensionUri: Uri;
  readonly log: LogOutputChannel;
  readonly texts: TextsOf<N>;
  /** All there is to show now; asked for whenever the page begins. */
  readonly state: () => StateOf<N>;
  readonly onAction: (action: ActionOf<N>) => void;
  /** The page is there and has been hydrated. */
  readonly onReady?: () => void;
}

/** Where the pages' scripts and styles lie: nothing else can be loaded. */
export const pagesFolder = (extensionUri: Uri): Uri => Uri.joinPath(extensionUri, "dist", "webviews");

/**
 * The host's end of a page in a panel. Nothing is posted while the page is hidden, because it does not exist then; when it comes back it says
 * `ready` again and is hydrated again.
 */
export class WebviewPage<N extends PanelName> implements Disposable {
  private isThere = false;
  private readonly parts: Disposable[] = [];

  constructor(
    private readonly panel: WebviewPanel,
    private readonly options: PageOptions<N>,
  ) {
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [pagesFolder(options.extensionUri)] };
    this.parts.push(
      webview.onDidReceiveMessage((message) => this.receive(message)),
      panel.onDidChangeViewState(() => (this.isThere &&= panel.visible)),
    );
    webview.html = pageHtml(webview, options.extensionUri, options.name);
  }

  /** A change of the state, for a page that is there to see it. */
  post(delta: DeltaOf<N>): void {
    if (this.isThere) this.send({ type: "delta", delta });
  }

  /** All there is to show once more, where a change is more than a delta can say. */
  refresh(): void {
    if (this.isThere) this.hydrate();
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }

  private receive(value: unknown): void {
    const { name, log, onAction, onReady } = this.options;
    const message = parsePageMessage(name, value);
    if (isProblem(message)) return log.warn(message.message);
    if (message.type === "action") return onAction(message.action);
    const mismatch = webviewMismatch(message.version);
    if (mismatch !== null) {
      log.error(mismatch.message);
      void window.showErrorMessage(problemText(mismatch.message));
      return;
    }
    this.isThere = true;
    this.hydrate();
    onReady?.();
  }

  private hydrate(): void {
    const { texts, state } = this.options;
    this.send({ type: "hydrate", version: webviewProtocolVersion, texts, state: state() });
  }

  private send(message: HostMessage<N>): void {
    void this.panel.webview.postMessage(message);
  }
}

/** The whole page: its script and style and an empty body. Everything else is made by the script, out of what the host sends. */
function pageHtml(webview: Webview, extensionUri: Uri, name: PanelName): string {
  const [scriptNonce, styleNonce] = [1, 2].map(() => randomBytes(18).toString("base64url"));
  const file = (ending: string): string =>
    webview.asWebviewUri(Uri.joinPath(pagesFolder(extensionUri), `${name}.${ending}`)).toString();
  const policy = [
    "default-src 'none'",
    `style-src ${webview.cspSource} 'nonce-${styleNonce}'`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${scriptNonce}'`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${/^[A-Za-z-]+$/.test(env.language) ? env.language : "en"}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<!-- The toolkit's one inline style, an empty one, asks for its nonce here. -->
<meta property="csp-nonce" content="${styleNonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file("css")}">
<title>RLHF</title>
</head>
<body>
<script nonce="${scriptNonce}" src="${file("js")}"></script>
</body>
</html>`;
}
