import type { ChildProcess } from "node:child_process";
import type { Problem } from "../protocol/problem";
import { isProblem } from "../protocol/problem";
import type { RunStatus } from "../protocol/runFormat";
import type { TrainerMessage } from "../protocol/trainerProtocol";
import { lastWords } from "../runs/lastWords";
import { launchTrainer, type Launch } from "../runs/launchTrainer";
import { readStatus } from "../runs/runFolder";
import { TrainerConnection } from "../runs/trainerConnection";

/** How a followed trainer ended. The exit code is the process's: 0 finished, 1 failed, 3 stopped and resumable. */
export interface TrainerEnd {
  readonly exitCode: number;
  /** The run's state as its files have it. */
  readonly status: RunStatus | Problem;
  /** What to tell a person: why it failed or stopped; empty when it finished. */
  readonly message: string;
}

/** A trainer process and the connection to it. The trainer waits until the client is attached, so that every event of the run arrives. */
export class TrainerClient {
  private connection: TrainerConnection | null = null;
  private asked = false;
  /** The exit code, or the signal that ended the process. */
  private readonly exit: Promise<number | NodeJS.Signals>;

  constructor(
    private readonly launch: Launch,
    private readonly onEvent: (event: TrainerMessage) => void,
  ) {
    this.child = launchTrainer({ ...launch, hold: true });
    this.exit = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => resolve(signal ?? code ?? 1));
      this.child.once("error", () => resolve(1));
    });
  }

  private readonly child: ChildProcess;

  /** Attaches and follows the trainer to its end. */
  async follow(): Promise<TrainerEnd> {
    // Unreferenced, so that a client that gives up does not hang; while it follows, it waits.
    this.child.ref();
    void this.attach();
    const end = await this.exit;
    const [exitCode, signal] = typeof end === "number" ? [end, null] : [1, end];
    this.connection?.dispose();
    const status = readStatus(this.launch.paths);
    return { exitCode, status, message: exitCode === 0 ? "" : lastWords(this.launch.paths, signal) };
  }

  /** The first call checkpoints and ends the run; the second ends it at once. */
  interrupt(): void {
    if (this.asked || process.platform === "win32") {
      if (this.asked) this.child.kill("SIGKILL");
      else void this.connection?.request("stop", {});
    } else this.child.kill("SIGINT");
    this.asked = true;
  }

  /** The connection once it stands. */
  get attached(): TrainerConnection | null {
    return this.connection;
  }

  /** The endpoint appears when the trainer listens; until then there is nothing to attach to. */
  private async attach(): Promise<void> {
    for (let wait = 10; this.child.exitCode === null && this.child.signalCode === null;) {
      const connection = await TrainerConnection.attach(this.launch.paths, "cli", this.onEvent);
      if (!isProblem(connection)) {
        this.connection = connection;
        void connection.request(this.asked ? "stop" : "start", {});
        return;
      }
      if (connection.problem === "protocolMismatch") return;
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, 200);
    }
  }
}
