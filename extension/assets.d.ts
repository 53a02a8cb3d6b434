// The compiled kernels, which the bundler embeds as bytes (build.mjs).
declare module "kernels.wasm" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

// The addon's own source, which the bundler embeds as text and `rlhf setup-native` compiles.
declare module "*.h" {
  const text: string;
  export default text;
}
declare module "*.cc" {
  const text: string;
  export default text;
}

// The part of WebAssembly that the kernels' host uses: the types of Node 20 leave it to the browser's library.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory; now: () => number } });
    readonly exports: object;
  }
  class Memory {
    constructor(options: { initial: number; maximum: number; shared: boolean });
    readonly buffer: SharedArrayBuffer;
    grow(pages: number): number;
  }
}

// Ships without types; what we use of it.
declare module "vader-sentiment" {
  export const SentimentIntensityAnalyzer: {
    polarity_scores(text: string): { readonly compound: number };
  };
}
