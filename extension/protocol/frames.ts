import { Problem } from "./problem";
import { maxMessageBytes } from "./trainerProtocol";

/** Messages on a byte stream: four bytes of length (unsigned, little-endian), then that many bytes of UTF-8 JSON. */
export function encodeFrame(text: string): Uint8Array {
  const body = new TextEncoder().encode(text);
  const frame = new Uint8Array(4 + body.length);
  new DataView(frame.buffer).setUint32(0, body.length, true);
  frame.set(body, 4);
  return frame;
}

/** Cuts a byte stream into messages, however it is chunked. After a problem the stream is lost and nothing more is read from it. */
export class FrameReader {
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private lost = false;

  constructor(private readonly limit = maxMessageBytes) {}

  /** The messages completed by this chunk, in order; the last entry is a problem when the stream is lost. */
  push(chunk: Uint8Array): (string | Problem)[] {
    if (this.lost) return [];
    this.pending.push(chunk);
    this.pendingBytes += chunk.length;
    const messages: (string | Problem)[] = [];
    for (;;) {
      const message = this.next();
      if (message === undefined) return messages;
      messages.push(message);
      if (this.lost) return messages;
    }
  }

  private next(): string | Problem | undefined {
    if (this.pendingBytes < 4) return undefined;
    if (this.pending[0].length < 4) this.join();
    const head = this.pending[0];
    const length = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0, true);
    if (length > this.limit) {
      this.lost = true;
      const sentence = `A message of ${length} bytes is longer than the ${this.limit} allowed; the connection was closed.`;
      return new Problem("tooLarge", sentence);
    }
    if (this.pendingBytes < 4 + length) return undefined;
    this.join();
    const bytes = this.pending[0];
    this.pending = [bytes.subarray(4 + length)];
    this.pendingBytes -= 4 + length;
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, 4 + length));
    } catch {
      return new Problem("malformed", "A message is not valid UTF-8.");
    }
  }

  private join(): void {
    if (this.pending.length === 1) return;
    const joined = new Uint8Array(this.pendingBytes);
    let at = 0;
    for (const part of this.pending) {
      joined.set(part, at);
      at += part.length;
    }
    this.pending = [joined];
  }
}
