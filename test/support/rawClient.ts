import { createConnection } from "node:net";
import { encodeJson } from "../../extension/protocol/codec";
import { encodeFrame, FrameReader } from "../../extension/protocol/frames";
import { isProblem } from "../../extension/protocol/problem";
import { parseServerMessage, type ServerMessage } from "../../extension/protocol/trainerProtocol";
import type { RunEndpoint } from "../../extension/protocol/runFormat";

/** A client that says whatever it is told to, good or bad, and keeps what the trainer answers. */
export class RawClient {
  readonly received: ServerMessage[] = [];
  readonly closed: Promise<void>;
  private readonly socket;
  private wake: () => void = () => undefined;

  constructor(readonly endpoint: RunEndpoint) {
    this.socket = createConnection(endpoint.address);
    this.closed = new Promise((resolve) => this.socket.on("close", () => resolve()));
    const frames = new FrameReader();
    this.socket.on("error", () => undefined);
    this.socket.on("data", (chunk: Buffer) => {
      for (const text of frames.push(chunk)) {
        const message = isProblem(text) ? text : parseServerMessage(text);
        if (isProblem(message)) throw new Error(message.message);
        this.received.push(message);
      }
      this.wake();
    });
  }

  hello(changes: object = {}): void {
    const { protocolVersion, token } = this.endpoint;
    this.send({ type: "hello", protocolVersion, token, client: "raw", ...changes });
  }

  send(message: unknown): void {
    this.sendText(encodeJson(message));
  }

  sendText(text: string): void {
    this.sendBytes(encodeFrame(text));
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The first message of this type, now or later, events apart. */
  async next<T extends ServerMessage["type"]>(type: T): Promise<Extract<ServerMessage, { type: T }>> {
    for (;;) {
      const at = this.received.findIndex((message) => message.type === type);
      if (at >= 0) return this.received.splice(at, 1)[0] as Extract<ServerMessage, { type: T }>;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  dispose(): void {
    this.socket.destroy();
  }
}
