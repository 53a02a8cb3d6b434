import { basename, dirname, join } from "node:path";
import { EventEmitter, workspace, type Disposable, type LogOutputChannel } from "vscode";
import { Problem, isProblem } from "../protocol/problem";
import type { ReplyOf, RequestName, RequestOf, TrainerMessage } from "../protocol/trainerProtocol";
import { lastWords, statusAfterEnd } from "../runs/lastWords";
import { launchTrainer } from "../runs/launchTrainer";
import { LaunchTurns } from "../runs/launchTurns";
import { markActive } from "../runs/activeMark";
import { changeQueue, readQueue } from "../runs/queue";
import { runsFolder, type RunPaths } from "../runs/runPaths";
import { TrainerConnection } from "../runs/trainerConnection";
import { graceSeconds, nodePath } from "./cliProcess";
import { isBroken, type RunEntry, type RunModel } from "./runModel";
import { t } from "./text";

/** Something that a trainer said, or that happened to its process. */
export interface TrainerNews {
  readonly project: string;
  readonly run: string;
  readonly event: TrainerMessage;
}

/** How soon a queue is looked at again that no end of a trainer of ours will move on. */
const lookMilliseconds = 1000;

const isActive = ({ status }: RunEntry): boolean => status.state === "running" || status.state === "paused";

/**
 * The trainers of the open projects. It launches the runs that wait, attaches to every trainer that works on one of the projects, whoever
 * started it, and passes requests on. A trainer is a process of its own: the window may go, and the next one attaches again.
 */
export class Trainers implements Disposable {
  private readonly connections = new Map<string, TrainerConnection>();
  /** Runs whose connection is being made, so that it is made once. */
  private readonly connecting = new Map<string, Promise<TrainerConnection | Problem>>();
  /** Runs whose trainer speaks another protocol: asking again would change nothing. */
  private readonly refused = new Set<string>();
  /** Runs whose trainer this window launched and that has not ended. */
  private readonly launched = new Set<string>();
  private readonly turns = new LaunchTurns();
  /** Projects whose queue is about to be looked at again. */
  private readonly looking = new Map<string, NodeJS.Timeout>();
  private readonly news = new EventEmitter<TrainerNews>();
  /** Events of all attached trainers. */
  readonly onDidHear = this.news.event;
  private readonly watching: Disposable;
  private disposed = false;

  constructor(
    private readonly runs: RunModel,
    private readonly log: LogOutputChannel,
  ) {
    this.watching = runs.onDidChange((project) => this.attachAll(project));
  }

  /** Attaches to every trainer that works in the project; called when the project is first looked at and when its files change. */
  attachAll(project: string): void {
    for (const entry of this.runs.list(project))
      if (!isBroken(entry) && isActive(entry) && this.isStrange(entry.run.paths.folder))
        void this.connect(project, entry.run.paths);
  }

  private isStrange(folder: string): boolean {
    return !this.connections.has(folder) && !this.refused.has(folder);
  }

  /** Puts runs at the end of the queue, or at its head, and starts what may start. */
  enqueue(project: string, ids: readonly string[], place: "first" | "last" = "last"): Problem | null {
    if (!workspace.isTrusted) return untrusted();
    const queue = changeQueue(project, (before) => {
      const others = before.filter((id) => !ids.includes(id));
      return place === "first" ? [...ids, ...others] : [...others, ...ids];
    });
    if (isProblem(queue)) return queue;
    return this.advance(project);
  }

  /** Changes the order of the queue or takes runs out of it. */
  changeQueue(project: string, change: (queue: readonly string[]) => readonly string[]): Problem | null {
    const queue = changeQueue(project, change);
    this.runs.touch(project);
    return isProblem(queue) ? queue : null;
  }

  /** Starts waiting runs as long as fewer train than the setting allows, in this window or another. */
  advance(project: string): Problem | null {
    if (!workspace.isTrusted) return untrusted();
    const limit = workspace.getConfiguration("rlhf").get<number>("trainer.maxConcurrent", 1);
    let problem: Problem | null = null;
    const queue = changeQueue(project, (before) => {
      const rest = [...before];
      let free = limit - this.active(project).length;
      while (free > 0 && rest.length > 0) {
        const entry = this.runs.read(project, rest.shift() ?? "");
        if (isBroken(entry)) problem = entry.problem;
        else if (entry.status.state !== "finished" && !isActive(entry)) {
          if (!this.turns.begin(project)) return [entry.id, ...rest];
          this.launchInTurn(project, entry.run.paths);
          free--;
        }
      }
      return rest;
    });
    this.lookAgain(project);
    this.runs.touch(project);
    return isProblem(queue) ? queue : problem;
  }

  /** A queue moves on when a trainer ends that this window follows; where it follows none, another window's turn or trainer is waited for. */
  private lookAgain(project: string): void {
    if (this.disposed || this.looking.has(project) || this.attached(project).length > 0) return;
    if (readQueue(project).length === 0) return;
    const look = (): void => {
      this.looking.delete(project);
      if (workspace.isTrusted) this.advance(project);
    };
    this.looking.set(project, setTimeout(look, lookMilliseconds));
  }

  /** Asks the trainer of a run; a run without one is a problem. */
  async request<N extends RequestName>(
    entry: RunEntry,
    name: N,
    body: RequestOf<N>,
  ): Promise<ReplyOf<N> | Problem> {
    if (!workspace.isTrusted) return untrusted();
    const { project, run } = entry;
    const known = this.connections.get(run.paths.folder);
    const connection = known ?? (await this.connect(project, run.paths));
    return isProblem(connection) ? connection : await connection.request(name, body);
  }

  /** Runs that have a trainer, those just launched among them. */
  private active(project: string): readonly string[] {
    const training = this.runs.list(project).filter((entry) => !isBroken(entry) && isActive(entry));
    return [...new Set([...training.map(({ id }) => id), ...this.attached(project)])];
  }

  /** Runs whose trainer this window follows, or will in a moment. */
  private attached(project: string): readonly string[] {
    return [...this.connecting.keys(), ...this.connections.keys()]
      .filter((folder) => dirname(folder) === runsFolder(project))
      .map((folder) => basename(folder));
  }

  private launchInTurn(project: string, paths: RunPaths): void {
    try {
      this.launch(project, paths);
    } catch (error) {
      this.turns.end(project);
      throw error;
    }
  }

  private launch(project: string, paths: RunPaths): void {
    const child = launchTrainer({
      trainerFile: join(__dirname, "trainer.js"),
      nodePath: nodePath(),
      project,
      paths,
      graceSeconds: graceSeconds(),
    });
    this.log.info(`${paths.folder}: trainer ${child.pid ?? "(not started)"}`);
    child.on("error", (error) => this.log.error(`${nodePath()}: ${error.message}`));
    let [ended, isAttached] = [false, false];
    this.launched.add(paths.folder);
    child.on("exit", (code, signal) => {
      ended = true;
      this.launched.delete(paths.folder);
      this.log.info(`${paths.folder}: trainer ended with ${signal ?? code}`);
      // One that failed before anybody was attached has told nobody, and one that a signal ended never does.
      if (signal !== null || (code === 1 && !isAttached)) this.hearLastWords(project, paths, signal);
      this.ended(project);
    });
    void this.connect(project, paths, () => ended)
      .then((connection) => (isAttached = !isProblem(connection)))
      .finally(() => this.turns.end(project));
  }

  /** Attaches to a run's trainer, waiting for one that has just been launched to listen. */
  private connect(
    project: string,
    paths: RunPaths,
    hasEnded: () => boolean = () => true,
  ): Promise<TrainerConnection | Problem> {
    const { folder } = paths;
    const already = this.connecting.get(folder);
    if (already) return already;
    const attempt = this.attach(project, paths, hasEnded).finally(() => this.connecting.delete(folder));
    this.connecting.set(folder, attempt);
    return attempt;
  }

  private async attach(
    project: string,
    paths: RunPaths,
    hasEnded: () => boolean,
  ): Promise<TrainerConnection | Problem> {
    const run = basename(paths.folder);
    for (let wait = 20; ; wait = Math.min(2 * wait, 500)) {
      const connection = await TrainerConnection.attach(paths, "editor", (event) =>
        this.hear({ project, run, event }),
      );
      if (!isProblem(connection)) return this.keep(project, paths, connection);
      if (hasEnded() || this.disposed || connection.problem === "protocolMismatch") {
        this.log.warn(`${run}: ${connection.message}`);
        if (connection.problem === "protocolMismatch") this.refused.add(paths.folder);
        return connection;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  private keep(project: string, paths: RunPaths, connection: TrainerConnection): TrainerConnection {
    if (this.disposed) connection.dispose();
    else {
      this.connections.set(paths.folder, connection);
      this.mark(project, true);
    }
    // Of one that this window launched, the end of the process says more.
    const isOurs = this.launched.has(paths.folder);
    void connection.closed.then(async () => {
      this.connections.delete(paths.folder);
      this.ended(project);
      if (isOurs || this.disposed) return;
      const status = await statusAfterEnd(paths);
      if (!isProblem(status) && status.state === "interrupted") this.hearLastWords(project, paths, null);
    });
    this.runs.touch(project);
    return connection;
  }

  /** Leaves a sign for the window after this one. Without it nothing is lost but that the window attaches by itself. */
  private mark(project: string, isActive: boolean): void {
    try {
      if (workspace.isTrusted) markActive(project, isActive);
    } catch (error) {
      this.log.warn(error instanceof Error ? error.message : String(error));
    }
  }

  /** Of a trainer that cannot say itself that it failed. */
  private hearLastWords(project: string, paths: RunPaths, signal: NodeJS.Signals | null): void {
    const event = { type: "failed", iteration: -1, message: lastWords(paths, signal) } as const;
    this.hear({ project, run: basename(paths.folder), event });
  }

  private hear(news: TrainerNews): void {
    this.news.fire(news);
    if (news.event.type !== "progress") this.runs.touch(news.project);
  }

  private ended(project: string): void {
    // A window that goes leaves the mark, so that the next one attaches.
    if (this.disposed) return;
    if (this.active(project).length === 0) this.mark(project, false);
    this.runs.touch(project);
    if (workspace.isTrusted && readQueue(project).length > 0) this.advance(project);
  }

  dispose(): void {
    this.disposed = true;
    this.watching.dispose();
    this.news.dispose();
    for (const timer of this.looking.values()) clearTimeout(timer);
    for (const connection of this.connections.values()) connection.dispose();
  }
}

export function untrusted(): Problem {
  return new Problem(
    "refused",
    t("This folder is open in Restricted Mode: nothing trains here until it is trusted."),
  );
}
