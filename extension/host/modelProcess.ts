import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { workspace, type Disposable, type LogOutputChannel } from "vscode";
import { parseChatEvent, type ChatEvent, type ChatRequest } from "../protocol/chatProtocol";
import { encodeJson } from "../protocol/codec";
import type { ErrorEvent } from "../protocol/eventLines";
import { isProblem, type Problem } from "../protocol/problem";
import { nodePath } from "./cliProcess";
import { t } from "./text";

export interface ModelProcessOptions<E> {
  readonly project: string;
  /** The command that answers: its requests and events are JSON lines. */
  readonly command: "chat" | "probe";
  readonly parse: (line: string) => E | ErrorEvent | null | Problem;
  /** Model references. */
  readonly models: readonly string[];
  readonly log: LogOutputChannel;
  readonly onEvent: (event: E) => void;
  /** It has ended without being asked to; why, in a sentence. */
  readonly onEnd: (problem: string) => void;
}

/** A process of the command line with models loaded, which answers requests. It ends with this object, or when the editor goes away. */
export class ModelProcess<R extends object, E extends { readonly event: string }> implements Disposable {
  private readonly child: ChildProcess;
  private isDisposed = false;
  private problem: string | null = null;

  /** Throws when the folder is not trusted. */
  constructor(private readonly options: ModelProcessOptions<E>) {
    if (!workspace.isTrusted) throw new Error("models answer in trusted folders only");
    const { project, command, models, log } = options;
    const words = [join(__dirname, "cli.js"), command, "--json", "--project", project, "--", ...models];
    this.child = spawn(nodePath(), words, {
      cwd: project,
      windowsHide: true,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    });
    const { stdin, stdout, stderr } = this.child;
    // A request to a process that is going away is lost with it; its end is told by `close`.
    stdin?.on("error", (error) => log.debug(error.message));
    if (stdout) createInterface({ input: stdout }).on("line", (line) => this.read(line));
    if (stderr) createInterface({ input: stderr }).on("line", (line) => log.info(line));
    this.child.on("error", (error) => this.end(t("{0} cannot be started: {1}.", nodePath(), error.message)));
    this.child.on("close", (code, signal) =>
      this.end(this.problem ?? t("The process that answers has ended ({0}).", String(signal ?? code))),
    );
  }

  send(request: Partial<R>): void {
    this.child.stdin?.write(`${encodeJson(request)}\n`);
  }

  dispose(): void {
    this.isDisposed = true;
    this.child.kill();
  }

  private read(line: string): void {
    const event = this.options.parse(line);
    if (isProblem(event)) this.options.log.warn(event.message);
    else if (isError(event)) this.problem = event.message;
    else if (event !== null && !this.isDisposed) this.options.onEvent(event);
  }

  private end(problem: string): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.options.log.error(problem);
    this.options.onEnd(problem);
  }
}

const isError = (event: object | null): event is ErrorEvent =>
  event !== null && "event" in event && event.event === "error";

export type ChatProcess = ModelProcess<ChatRequest, ChatEvent>;

/** A process of models that answer prompts. */
export const startChat = (options: Omit<ModelProcessOptions<ChatEvent>, "command" | "parse">): ChatProcess =>
  new ModelProcess({ ...options, command: "chat", parse: parseChatEvent });
