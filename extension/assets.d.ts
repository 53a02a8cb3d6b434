// The compiled kernels, which the bundler embeds as bytes (build.mjs).
declare module "kernels.wasm" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
