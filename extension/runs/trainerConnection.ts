import { createConnection, type Socket } from "node:net";
import { encodeJson } from "../protocol/codec";
import { encodeFrame, FrameReader } from "../protocol/frames";
import { Problem, isProblem, type ProblemName } from "../protocol/problem";
import {
  parseReply,
  parseServerMessage,
  protocolVersion,
  versionMismatch,
  type Ready,
  type ReplyOf,
  type RequestName,
  type RequestOf,
  type ServerMessage,
  type TrainerMessage,
} from "../protocol/trainerProtocol";
import type { RunEndpoint } from "../protocol/runFormat";
import { errorCode } from "./disk";
import { readEndpoint } from "./runFolder";
import type { RunPaths } from "./runPaths";

/** A client's end of a trainer's socket: an editor window or a command line. Requests still open when it closes are rejected as problems. */
export class TrainerConnection {
  private readonly open = new Map<number, (message: { readonly value: unknown } | Problem) => void>();
  private lastId = 0;

  private constructor(
    private readonly socket: Socket,
    readonly ready: Ready,
    /** Resolves when the connection is closed, by whichever side. */
    readonly closed: Promise<void>,
  ) {}

  /** Attaches to the trainer that writes this run, or says why that cannot be. Events arrive at `onEvent` from the first on. */
  static async attach(
    paths: RunPaths,
    client: string,
    onEvent: (event: TrainerMessage) => void,
  ): Promise<TrainerConnection | Problem> {
    const endpoint = readEndpoint(paths);
    if (isProblem(endpoint)) return endpoint;
    // An old trainer may not understand our hello at all; the file says which protocol it speaks.
    const mismatch = versionMismatch(endpoint.protocolVersion);
    if (mismatch !== null) return mismatch;
    return await connect(endpoint, client, onEvent, (socket, ready, closed) => {
      return new TrainerConnection(socket, ready, closed);
    });
  }

  request<N extends RequestName>(name: N, body: RequestOf<N>): Promise<ReplyOf<N> | Problem> {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      if (this.socket.destroyed) return resolve(connectionLost());
      this.open.set(id, (answer) => resolve(isProblem(answer) ? answer : parseReply(name, answer.value)));
      this.socket.write(encodeFrame(encodeJson({ type: "request", id, name, body })));
    });
  }

  /** For `connect`: takes an answer to a request; a refusal without an id belongs to none and ends them all. */
  receive(message: Extract<ServerMessage, { readonly type: "ok" | "error" | "refused" }>): void {
    if (message.type === "refused") return this.rejectAll(problemOf(message));
    this.open.get(message.id)?.(message.type === "ok" ? { value: message.value } : problemOf(message));
    this.open.delete(message.id);
  }

  rejectAll(problem: Problem = connectionLost()): void {
    for (const answer of this.open.values()) answer(problem);
    this.open.clear();
  }

  dispose(): void {
    this.socket.destroy();
  }
}

function connect(
  endpoint: RunEndpoint,
  client: string,
  onEvent: (event: TrainerMessage) => void,
  create: (socket: Socket, ready: Ready, closed: Promise<void>) => TrainerConnection,
): Promise<TrainerConnection | Problem> {
  const socket = createConnection(endpoint.address);
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  return new Promise((resolve) => {
    const frames = new FrameReader();
    let connection: TrainerConnection | null = null;
    socket.on("connect", () => {
      const hello = { type: "hello", protocolVersion, token: endpoint.token, client };
      socket.write(encodeFrame(encodeJson(hello)));
    });
    socket.on("data", (chunk: Buffer) => {
      for (const text of frames.push(chunk)) {
        const message = isProblem(text) ? text : parseServerMessage(text);
        if (isProblem(message)) {
          // A trainer that makes no sense is not listened to any further; its files are still the truth.
          resolve(message);
          socket.destroy();
        } else if (message.type === "event") onEvent(message.event);
        else if (message.type === "ready") resolve((connection = create(socket, message, closed)));
        else if (connection !== null) connection.receive(message);
        else if (message.type === "refused") resolve(problemOf(message));
      }
    });
    socket.on("error", (error) => resolve(connectFailure(error)));
    socket.on("close", () => {
      connection?.rejectAll();
      resolve(connectionLost());
    });
  });
}

function connectFailure(error: Error): Problem {
  const gone = ["ENOENT", "ECONNREFUSED", "ECONNRESET"].includes(errorCode(error));
  const sentence = gone
    ? "No trainer listens there any more: it has ended or was killed."
    : `The trainer cannot be reached: ${error.message}.`;
  return new Problem("connectionLost", sentence);
}

function connectionLost(): Problem {
  return new Problem(
    "connectionLost",
    "The trainer has closed the connection; the run's files say how it ended.",
  );
}

function problemOf(message: { readonly problem: string; readonly message: string }): Problem {
  return new Problem(message.problem as ProblemName, message.message);
}
