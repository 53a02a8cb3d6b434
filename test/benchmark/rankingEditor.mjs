// What a labeler waits for in the ranking editor, with 500 items of 9 responses of 4,000 letters.
//   npm run build -- --tests && node test/benchmark/rankingEditor.mjs
import { createRequire } from "node:module";
import { packageExtension } from "../host/package.mjs";

await packageExtension();
await createRequire(import.meta.url)("../../dist/test/host/rankingBenchmark.js").measure();
