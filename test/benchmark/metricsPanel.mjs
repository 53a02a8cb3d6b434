// What the metrics page takes to show 12 charts of 100,000 points each, and an hour of updates at ten a second, in Chromium with the real page.
//   npm run build -- --tests && node test/benchmark/metricsPanel.mjs
import { createRequire } from "node:module";

await createRequire(import.meta.url)("../../dist/test/host/metricsBenchmark.js").measure();
