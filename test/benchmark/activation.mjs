// How long the extension's own code takes to come to life: loading dist/extension.js and activate(), with an editor that does nothing.
//   node test/benchmark/activation.mjs [times]      (after npm run build)
// In a real editor others work at the same time; the suite inside the extension host prints what a person there waits.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const times = Number(process.argv[2] ?? 9);
const extension = fileURLToPath(new URL("../../dist/extension.js", import.meta.url));

/** Runs in a new process each time, so that nothing is loaded yet. */
const once = `
  const Module = require("node:module");
  const nothing = new Proxy(function () {}, {
    get: (target, key) => (key === Symbol.toPrimitive ? () => "" : key === "then" ? undefined : key === "prototype" ? target.prototype : nothing),
    set: () => true,
    apply: () => nothing,
    construct: () => nothing,
  });
  const load = Module._load;
  Module._load = (name, ...rest) => (name === "vscode" ? nothing : load(name, ...rest));
  const start = performance.now();
  const { activate } = require(${JSON.stringify(extension)});
  const loaded = performance.now();
  activate({ subscriptions: [], workspaceState: nothing, extension: nothing });
  process.stdout.write(JSON.stringify([loaded - start, performance.now() - loaded]));
  process.exit(0);
`;

const all = Array.from({ length: times }, () => {
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", once], { encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
});
for (const [i, name] of ["loading", "activate()"].entries()) {
  const sorted = all.map((pair) => pair[i]).sort((a, b) => a - b);
  const [low, middle, high] = [sorted[0], sorted[Math.floor(times / 2)], sorted[times - 1]];
  console.log(`${name}: ${middle.toFixed(1)} ms (${low.toFixed(1)} to ${high.toFixed(1)}, ${times} times)`);
}
