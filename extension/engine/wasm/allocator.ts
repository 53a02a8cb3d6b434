/**
 * A piece of memory: its place and size in bytes. Blocks lie one behind the other without gaps; free neighbours are always joined.
 */
export interface Block {
  readonly address: number;
  size: number;
  free: boolean;
  /** Neighbours by address. */
  before: Block | null;
  after: Block | null;
  /** Neighbours in the list of free blocks of the same size class. */
  next: Block | null;
  previous: Block | null;
}

const unit = 64; // bytes: a cache line
const wordBits = 32;
/** How many blocks of the wanted size's own class are looked at before a larger class is taken. */
const glances = 8;

/**
 * Hands out blocks of a growing memory and takes them back: free lists by size class (eight classes for each power of two, found through a
 * bitmap) and a bump pointer behind the last block. Both directions take constant time.
 * Source: Masmano et al. 2004, "TLSF: a new dynamic memory allocator for real-time systems".
 */
export class Allocator {
  private readonly heads: (Block | null)[];
  private readonly filled: Uint32Array;
  private last: Block | null = null;
  /** The first byte behind the last block. */
  private top: number;
  private inUse = 0;
  private peakUse = 0;

  /** `reserve(end)` makes sure that the memory reaches to `end`, or throws. */
  constructor(
    private readonly start: number,
    private readonly reserve: (end: number) => void,
  ) {
    this.top = start;
    this.filled = new Uint32Array(Math.ceil((classOf(2 ** 32 / unit) + 1) / wordBits));
    this.heads = new Array<Block | null>(this.filled.length * wordBits).fill(null);
  }

  /** Bytes in blocks that are not free. */
  get used(): number {
    return this.inUse;
  }

  /** The largest `used` since the last `resetPeak`. */
  get peak(): number {
    return this.peakUse;
  }

  /** Bytes of memory that blocks have ever reached. */
  get extent(): number {
    return this.top - this.start;
  }

  resetPeak(): void {
    this.peakUse = this.inUse;
  }

  allocate(bytes: number): Block {
    const size = Math.max(1, Math.ceil(bytes / unit)) * unit;
    const block = this.take(size) ?? this.extend(size);
    this.inUse += block.size;
    if (this.inUse > this.peakUse) this.peakUse = this.inUse;
    return block;
  }

  free(block: Block): void {
    if (block.free) throw new Error("a block of memory was freed twice");
    this.inUse -= block.size;
    let joined = block;
    if (block.before?.free) {
      joined = block.before;
      this.unlink(joined);
      this.join(joined, block);
    }
    if (joined.after?.free) {
      const { after } = joined;
      this.unlink(after);
      this.join(joined, after);
    }
    this.link(joined);
  }

  /** A free block cut to size, or null. */
  private take(size: number): Block | null {
    const own = classOf(size / unit);
    let block = this.heads[own];
    for (let glance = 0; block !== null && block.size < size; glance++)
      block = glance < glances ? block.next : null;
    block ??= this.smallestAbove(own);
    if (block === null) return null;
    this.unlink(block);
    block.free = false;
    this.cut(block, size);
    return block;
  }

  /** The first block of the next filled class: every one there is large enough. */
  private smallestAbove(own: number): Block | null {
    for (let word = (own + 1) >>> 5; word < this.filled.length; word++) {
      const mask = word === (own + 1) >>> 5 ? -1 << ((own + 1) & 31) : -1;
      const bits = this.filled[word] & mask;
      if (bits !== 0) return this.heads[word * wordBits + 31 - Math.clz32(bits & -bits)];
    }
    return null;
  }

  /** A block behind the last one, which grows instead when it is free. */
  private extend(size: number): Block {
    const { last } = this;
    if (last?.free) {
      this.reserve(last.address + size);
      this.unlink(last);
      last.size = size;
      last.free = false;
      this.top = last.address + size;
      return last;
    }
    this.reserve(this.top + size);
    const block = {
      address: this.top,
      size,
      free: false,
      before: last,
      after: null,
      next: null,
      previous: null,
    };
    if (last !== null) last.after = block;
    this.last = block;
    this.top += size;
    return block;
  }

  private cut(block: Block, size: number): void {
    if (block.size === size) return;
    const rest: Block = {
      address: block.address + size,
      size: block.size - size,
      free: true,
      before: block,
      after: block.after,
      next: null,
      previous: null,
    };
    if (rest.after !== null) rest.after.before = rest;
    else this.last = rest;
    block.size = size;
    block.after = rest;
    this.link(rest);
  }

  /** Adds the block behind to a block. */
  private join(block: Block, behind: Block): void {
    block.size += behind.size;
    block.after = behind.after;
    if (block.after !== null) block.after.before = block;
    else this.last = block;
  }

  private link(block: Block): void {
    const own = classOf(block.size / unit);
    const head = this.heads[own];
    block.free = true;
    block.previous = null;
    block.next = head;
    if (head !== null) head.previous = block;
    this.heads[own] = block;
    this.filled[own >>> 5] |= 1 << (own & 31);
  }

  private unlink(block: Block): void {
    const own = classOf(block.size / unit);
    if (block.next !== null) block.next.previous = block.previous;
    if (block.previous !== null) block.previous.next = block.next;
    else {
      this.heads[own] = block.next;
      if (block.next === null) this.filled[own >>> 5] &= ~(1 << (own & 31));
    }
  }
}

/** The size class of so many units: 0 to 7 one class each, then eight a power of two. */
function classOf(units: number): number {
  if (units < 8) return units;
  const exponent = 31 - Math.clz32(units);
  return (exponent - 2) * 8 + ((units >>> (exponent - 3)) & 7);
}
