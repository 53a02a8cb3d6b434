import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import kernelBytes from "kernels.wasm";
import { threadCount } from "../threadCount";
import { Allocator, type Block } from "./allocator";
import type { KernelExports } from "./kernelExports";

const pageBytes = 65536;
const initialPages = 1024; // as the module declares them (build.mjs)
const maximumPages = 65536; // 4 GiB, the end of 32-bit addresses
/** What lies before is the kernels' own: the running operation and a workspace for each thread (kernels/control.ts). */
const heapStart = 80 * pageBytes;
const ticketWords = [16, 17] as const; // the threads' ticket, as 32-bit words

/** What a kernel thread runs: its own instance of the module on the shared memory. Ends when `stopWorkers` is called. */
const workerCode = `
const { workerData } = require("worker_threads");
const { kernels, memory, id } = workerData;
new WebAssembly.Instance(kernels, { env: { memory, now: () => performance.now() } }).exports.work(id);
`;

/** The kernels, the shared memory that all tensors live in, and the threads that work on it. One a process is enough. */
export class KernelMemory {
  readonly kernels: KernelExports;
  readonly allocator: Allocator;
  private readonly module: WebAssembly.Module;
  private readonly memory: WebAssembly.Memory;
  private buffer: SharedArrayBuffer;
  private workers: Worker[] = [];

  constructor() {
    this.module = new WebAssembly.Module(kernelBytes);
    this.memory = new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared: true });
    this.buffer = this.memory.buffer;
    const env = { memory: this.memory, now: () => performance.now() };
    this.kernels = new WebAssembly.Instance(this.module, { env }).exports as KernelExports;
    this.allocator = new Allocator(heapStart, (end) => this.reserve(end));
  }

  /** The main thread counts as one. */
  get threads(): number {
    return this.workers.length + 1;
  }

  /** Sets how many threads compute, 0 = as many as there are processors, at most four. Results do not depend on it. */
  async setThreads(wanted: number): Promise<void> {
    const threads = threadCount(wanted, availableParallelism());
    if (threads === this.threads) return;
    this.kernels.stopWorkers();
    await Promise.all(this.workers.map((worker) => worker.terminate()));
    const ticket = new Int32Array(this.buffer);
    for (const word of ticketWords) Atomics.store(ticket, word, 0);
    this.workers = Array.from({ length: threads - 1 }, (_, i) => this.startWorker(i + 1));
    this.kernels.setWorkers(this.workers.length);
  }

  private startWorker(id: number): Worker {
    const workerData = { kernels: this.module, memory: this.memory, id };
    const worker = new Worker(workerCode, { eval: true, execArgv: [], workerData });
    worker.unref();
    // A thread that cannot start is missed, not needed: the main thread takes the tiles that nobody else takes.
    worker.on("error", () => undefined);
    return worker;
  }

  floats(block: Block, length: number): Float32Array {
    return new Float32Array(this.buffer, block.address, length);
  }

  integers(block: Block, length: number): Int32Array {
    return new Int32Array(this.buffer, block.address, length);
  }

  bytes(block: Block, length: number): Uint8Array {
    return new Uint8Array(this.buffer, block.address, length);
  }

  /** Runs `use` with the address of so many bytes, which hold anything and are free again afterwards. */
  withScratch(bytes: number, use: (address: number) => void): void {
    const block = this.allocator.allocate(bytes);
    try {
      use(block.address);
    } finally {
      this.allocator.free(block);
    }
  }

  private reserve(end: number): void {
    const missing = Math.ceil(end / pageBytes) - this.buffer.byteLength / pageBytes;
    if (missing <= 0) return;
    // An eighth more than asked for, so that growing is rare.
    const pages = this.buffer.byteLength / pageBytes;
    const ample = Math.min(Math.max(missing, Math.ceil(pages / 8)), maximumPages - pages);
    if (ample < missing || !this.grow(ample)) {
      const [wanted, have] = [end, this.buffer.byteLength].map((n) => (n / 2 ** 30).toFixed(2));
      throw new Error(
        `the tensors of this step need ${wanted} GiB, more than WebAssembly's memory can grow to (it has ${have} GiB, its limit is 4): take a smaller batch, context or model`,
      );
    }
  }

  private grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
    } catch {
      return false;
    }
    this.buffer = this.memory.buffer;
    return true;
  }
}
