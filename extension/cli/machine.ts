import { execFile } from "node:child_process";
import { availableParallelism, cpus, freemem, release, totalmem, type } from "node:os";

export interface GraphicsCard {
  readonly name: string;
  readonly memoryBytes: number;
  /** "8.9": what generation of instructions it has. */
  readonly computeCapability: string;
  readonly driver: string;
}

/** What a figure or a failure depends on, besides this program; nothing that names a person or a place. */
export type MachineFacts = Awaited<ReturnType<typeof machineFacts>>;

export async function machineFacts() {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    system: `${type()} ${release()}`,
    processor: cpus()[0]?.model.trim() || "unknown",
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    graphicsCards: await graphicsCards(),
  };
}

const fields = ["name", "memory.total", "compute_cap", "driver_version"];

/** NVIDIA's cards, as the tool says that comes with their driver; none where it is missing or does not answer. */
function graphicsCards(): Promise<readonly GraphicsCard[]> {
  const words = [`--query-gpu=${fields.join(",")}`, "--format=csv,noheader,nounits"];
  return new Promise((resolve) => {
    execFile("nvidia-smi", words, { timeout: 10_000 }, (error, out) => resolve(error ? [] : cardsOf(out)));
  });
}

/** One card a line: name, memory in MiB, compute capability, driver. */
export function cardsOf(text: string): readonly GraphicsCard[] {
  return text
    .split("\n")
    .map((line) => line.split(",").map((cell) => cell.trim()))
    .filter((cells) => cells.length === fields.length)
    .map(([name, memory, computeCapability, driver]) => ({
      ...{ name, computeCapability, driver },
      memoryBytes: Number(memory) * 2 ** 20,
    }));
}
