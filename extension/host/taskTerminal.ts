import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { EventEmitter, workspace, type Pseudoterminal } from "vscode";
import { nodePath } from "./cliProcess";
import { t } from "./text";

/** A terminal that fails sooner is said to have failed to launch, which would be a lie beside the real reason. */
const launchMilliseconds = 600;

/**
 * The terminal of a task: the command line in a process of its own, its output as it comes. A terminal of the editor's own would lose what a
 * process says that ends at once, which is where the sentence that matters stands.
 */
export class TaskTerminal implements Pseudoterminal {
  private readonly written = new EventEmitter<string>();
  private readonly ended = new EventEmitter<number>();
  readonly onDidWrite = this.written.event;
  readonly onDidClose = this.ended.event;
  private child: ChildProcess | null = null;
  private isEnded = false;

  constructor(
    private readonly project: string,
    private readonly words: readonly string[],
  ) {}

  open(): void {
    if (!workspace.isTrusted) {
      this.end(t("This folder is open in Restricted Mode, so nothing of it is started: trust it first."), 1);
      return;
    }
    this.write(`rlhf ${this.words.join(" ")}\n`);
    const child = spawn(nodePath(), [join(__dirname, "cli.js"), ...this.words], {
      cwd: this.project,
      windowsHide: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => this.write(text));
    child.on("error", ({ message }) => this.end(`${nodePath()}: ${message}`, 1));
    child.on("close", (code) => this.end("", code ?? 1));
  }

  handleInput(text: string): void {
    if (text === "\u0003") this.child?.kill("SIGINT"); // Ctrl-C
  }

  close(): void {
    this.child?.kill("SIGINT");
  }

  private write(text: string): void {
    this.written.fire(text.replace(/\r?\n/g, "\r\n"));
  }

  /** Once: a process that cannot be started reports an error and then its end. */
  private end(text: string, code: number): void {
    if (this.isEnded) return;
    this.isEnded = true;
    if (text !== "") this.write(`${text}\n`);
    this.child = null;
    if (code === 0) this.ended.fire(code);
    else setTimeout(() => this.ended.fire(code), launchMilliseconds);
  }
}
