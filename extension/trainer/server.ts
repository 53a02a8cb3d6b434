import { randomBytes, timingSafeEqual } from "node:crypto";
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeText, encodeJson, integerFrom, object } from "../protocol/codec";
import { encodeFrame, FrameReader } from "../protocol/frames";
import { isProblem, type Problem } from "../protocol/problem";
import {
  maxMessageBytes,
  parseClientMessage,
  protocolVersion,
  versionMismatch,
  type Ready,
  type ServerMessage,
  type TrainerMessage,
  type TypedRequest,
} from "../protocol/trainerProtocol";
import type { Answer } from "./requestQueue";

/** What the server needs of the trainer behind it. */
export interface ServerParts {
  readonly ready: () => Omit<Ready, "type" | "protocolVersion">;
  readonly answer: (request: TypedRequest) => Promise<Answer>;
  /** Called whenever the number of clients that have shown the token changes. */
  readonly onClients: (count: number) => void;
}

/** A client that does not read is let go when this much waits for it. */
const maxWaitingBytes = 4 * maxMessageBytes;
const helloMilliseconds = 10_000;

/** The trainer's local socket or named pipe. Clients show the token first; a message that makes no sense is answered, never fatal. */
export class TrainerServer {
  readonly token = randomBytes(16).toString("hex");
  private readonly clients = new Set<Socket>();
  private readonly connections = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly address: string,
    private readonly parts: ServerParts,
  ) {
    server.on("connection", (socket) => this.connect(socket));
  }

  static listen(parts: ServerParts): Promise<TrainerServer> {
    const address = freeAddress();
    const server = createServer();
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(address, () => {
        if (process.platform !== "win32") chmodSync(address, 0o600);
        resolve(new TrainerServer(server, address, parts));
      });
    });
  }

  /** Sends an event to every client; who is not there reads it from the run's files. */
  publish(event: TrainerMessage): void {
    if (this.clients.size === 0) return;
    const frame = encodeFrame(encodeJson({ type: "event", event } satisfies ServerMessage));
    for (const socket of this.clients) {
      if (socket.writableLength > maxWaitingBytes) socket.destroy();
      else socket.write(frame);
    }
  }

  /** Lets what was sent arrive, then closes everything. */
  async dispose(): Promise<void> {
    this.server.close();
    const ends = [...this.connections].map(
      (socket) => new Promise<void>((resolve) => (socket.destroyed ? resolve() : socket.end(resolve))),
    );
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, 500)));
    await Promise.race([Promise.all(ends), patience]);
    clearTimeout(timer);
    for (const socket of this.connections) socket.destroy();
    removeAddress(this.address);
  }

  private connect(socket: Socket): void {
    this.connections.add(socket);
    const frames = new FrameReader();
    const impatience = setTimeout(() => socket.destroy(), helloMilliseconds);
    impatience.unref();
    socket.on("data", (chunk: Buffer) => {
      for (const message of frames.push(chunk)) {
        if (socket.writableEnded) return;
        this.receive(socket, message);
        if (this.clients.has(socket)) clearTimeout(impatience);
      }
    });
    // A client that breaks off is a closed connection and nothing more.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(impatience);
      this.connections.delete(socket);
      if (this.clients.delete(socket)) this.parts.onClients(this.clients.size);
    });
  }

  private receive(socket: Socket, text: string | Problem): void {
    const known = this.clients.has(socket);
    const message = isProblem(text) ? text : parseClientMessage(text);
    if (isProblem(message)) {
      const mismatch = isProblem(text) || known ? null : helloOfOtherVersion(text);
      this.refuse(socket, mismatch ?? message, known && message.problem !== "tooLarge");
    } else if (message.type === "hello") this.greet(socket, message.protocolVersion, message.token);
    else if (!known)
      this.refuse(socket, { problem: "refused", message: "The first message must be hello." }, false);
    else void this.answer(socket, message.id, message.request);
  }

  private greet(socket: Socket, version: number, token: string): void {
    const mismatch = versionMismatch(version);
    if (mismatch !== null) return this.refuse(socket, mismatch, false);
    if (!sameToken(token, this.token)) {
      const message = "The token is not this trainer's: read the run's endpoint.json again.";
      return this.refuse(socket, { problem: "refused", message }, false);
    }
    const isNew = !this.clients.has(socket);
    this.clients.add(socket);
    send(socket, { type: "ready", protocolVersion, ...this.parts.ready() });
    if (isNew) this.parts.onClients(this.clients.size);
  }

  private async answer(socket: Socket, id: number, request: TypedRequest | Problem): Promise<void> {
    const answer = isProblem(request) ? request : await this.parts.answer(request);
    if (isProblem(answer))
      send(socket, { type: "error", id, problem: answer.problem, message: answer.message });
    else send(socket, { type: "ok", id, value: answer });
  }

  private refuse(socket: Socket, problem: { problem: string; message: string }, goOn: boolean): void {
    send(socket, { type: "refused", problem: problem.problem, message: problem.message });
    if (!goOn) socket.end();
  }
}

function send(socket: Socket, message: ServerMessage): void {
  if (!socket.destroyed && !socket.writableEnded) socket.write(encodeFrame(encodeJson(message)));
}

/** Another version's hello may have other fields; its version is all that must be understood. */
function helloOfOtherVersion(text: string): Problem | null {
  const hello = decodeText(object({ protocolVersion: integerFrom(0) }), text, "hello");
  return isProblem(hello) ? null : versionMismatch(hello.protocolVersion);
}

function sameToken(theirs: string, ours: string): boolean {
  const [a, b] = [Buffer.from(theirs), Buffer.from(ours)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const addressName = /rlhf-[0-9a-f]{16}(\.sock)?$/;

/** Sockets lie in the system's temporary folder, because a path may have about 100 bytes only and a project's can be longer. */
function freeAddress(): string {
  const name = `rlhf-${randomBytes(8).toString("hex")}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${name}`;
  const path = join(tmpdir(), `${name}.sock`);
  return Buffer.byteLength(path) <= 100 ? path : join("/tmp", `${name}.sock`);
}

/** Removes a trainer's socket file; one that a dead trainer left behind too. */
export function removeAddress(address: string): void {
  if (process.platform !== "win32" && addressName.test(address)) rmSync(address, { force: true });
}
