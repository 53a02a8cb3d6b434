/** What the compiled kernels export (extension/kernels/kernels.ts). Tensors go in as byte addresses in the shared memory. */
export interface KernelExports {
  setWorkers(count: number): void;
  stopWorkers(): void;
  matmul(
    a: number,
    aStride: number,
    aTransposed: boolean,
    b: number,
    bStride: number,
    bTransposed: boolean,
    out: number,
    m: number,
    n: number,
    k: number,
    bias: number,
    gelu: boolean,
    slopes: number,
  ): void;
  columnSums(x: number, out: number, rows: number, columns: number): void;
  layerNorm(
    x: number,
    gain: number,
    bias: number,
    out: number,
    statistics: number,
    n: number,
    c: number,
  ): void;
  layerNormBackward(
    dy: number,
    x: number,
    gain: number,
    statistics: number,
    dx: number,
    dGain: number,
    dBias: number,
    n: number,
    c: number,
  ): void;
  attentionScratch(t: number, d: number): number;
  causalAttention(
    qkv: number,
    out: number,
    weights: number,
    batch: number,
    t: number,
    heads: number,
    d: number,
    scratch: number,
  ): void;
  causalAttentionBackward(
    dy: number,
    qkv: number,
    weights: number,
    dqkv: number,
    batch: number,
    t: number,
    heads: number,
    d: number,
    scratch: number,
  ): void;
  cachedAttention(
    qkv: number,
    cache: number,
    lengths: number,
    out: number,
    batch: number,
    t: number,
    slots: number,
    heads: number,
    d: number,
    scratch: number,
  ): void;
  tokenLogprobs(
    logits: number,
    targets: number,
    out: number,
    statistics: number,
    m: number,
    v: number,
    temperature: number,
  ): void;
  tokenLogprobsBackward(
    dy: number,
    logits: number,
    targets: number,
    statistics: number,
    dlogits: number,
    m: number,
    v: number,
    temperature: number,
  ): void;
  entropy(logits: number, out: number, statistics: number, m: number, v: number, temperature: number): void;
  entropyBackward(
    dy: number,
    logits: number,
    entropies: number,
    statistics: number,
    dlogits: number,
    m: number,
    v: number,
    temperature: number,
  ): void;
  gatherRows(table: number, ids: number, out: number, m: number, size: number, width: number): void;
  scatterRows(dy: number, ids: number, out: number, m: number, size: number, width: number): void;
  sampleTokens(
    logits: number,
    seeds: number,
    positions: number,
    tokens: number,
    b: number,
    v: number,
    temperature: number,
  ): void;
  adamUpdate(
    weight: number,
    gradient: number,
    m: number,
    v: number,
    step: number,
    size: number,
    beta1: number,
    oneMinusBeta1: number,
    beta2: number,
    oneMinusBeta2: number,
    epsilon: number,
    weightDecay: number,
  ): void;
  squaresByChunk(x: number, partial: number, size: number): void;
  sumPartials(partial: number, out: number, count: number): void;
  chunksOf(size: number): number;
  blend(target: number, a: number, x: number, b: number, size: number): void;
  unary(operation: number, x: number, out: number, size: number, low: number, high: number): void;
  binary(
    operation: number,
    x: number,
    xLayout: number,
    y: number,
    yLayout: number,
    out: number,
    rows: number,
    columns: number,
  ): void;
  sumRows(x: number, out: number, rows: number, columns: number): void;
  softmax(x: number, out: number, rows: number, columns: number): void;
}
