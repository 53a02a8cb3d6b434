// The same commands on text that nobody here wrote: node test/benchmark/realText.mjs stories|harmless|all [--data DIR] [--threads N]
//
//   stories    a base model of the stories, steered by PPO and PPO-ptx with VADER's sentiment of the continuation as the reward
//   harmless   a reward model on HH-RLHF's harmless test set, split by prompt, three seeds
//
// Prints Markdown: each command as it was run with its seconds, then the figures. Needs `npm run build` before.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string", default: join(root, "../shared/data") },
    threads: { type: "string", default: "2" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "real text "));
const cli = join(root, "dist/cli.js");

/** Runs one command in a project and prints it with its seconds; returns what it printed. */
function rlhf(project, ...words) {
  const started = performance.now();
  const shown = words
    .map((word) => (word.startsWith(flags.data) ? word.slice(flags.data.length + 1) : word))
    .join(" ");
  const out = execFileSync(process.execPath, [cli, ...words, "--threads", flags.threads, "--quiet"], {
    cwd: project,
    encoding: "utf8",
  });
  console.log(`    ${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  rlhf ${shown}`);
  return out;
}

const set = (settings) => Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
const jsonLines = (file) =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

/** The folder of the latest run of a stage. */
function latest(project, stage) {
  const ids = readdirSync(join(project, "runs"))
    .filter((id) => id.startsWith(`${stage}-`))
    .sort();
  return join(project, "runs", ids[ids.length - 1]);
}

function newProject(name, settings) {
  const project = join(folder, name);
  execFileSync(process.execPath, [cli, "new", project, "--template", "empty", "--quiet", ...set(settings)]);
  return project;
}

function stories() {
  console.log("## Stories: sentiment of continuations\n");
  const started = performance.now();
  const file = join(flags.data, "tinystories-lower/tinystories.txt");
  const project = newProject("stories", {
    "tokenizer.vocabularySize": 1024,
    "data.promptAfter": "",
    "ppo.rewards": "sentiment",
    "ppo.responseTokens": 32,
    "ppo.missingEndPenalty": 0, // a story goes on
    "ppo.klCoef": 0.1,
    "evaluate.prompts": 400,
    "pretrain.steps": 1500,
  });
  rlhf(project, "import", file, "--kind", "pretraining");
  rlhf(project, "import", file, "--kind", "prompts", "--opening-words", "8");
  rlhf(project, "pretrain");
  const models = { base: "models/base" };
  for (const [name, ptxCoef] of [
    ["PPO", 0],
    ["PPO-ptx", 0.3],
  ]) {
    rlhf(project, "ppo", "--model", "models/base", ...set({ "ppo.ptxCoef": ptxCoef }));
    models[name] = latest(project, "ppo").split(/[\\/]/).pop();
  }
  const samples = [];
  let before;
  console.log("");
  const rows = Object.entries(models).map(([name, model]) => {
    rlhf(project, "evaluate", "--model", model, "--sft", "none");
    const run = latest(project, "evaluate");
    const [values] = jsonLines(join(run, "metrics.jsonl"));
    const rollouts = readdirSync(join(run, "rollouts"))
      .sort()
      .flatMap((part) => jsonLines(join(run, "rollouts", part)));
    const scores = rollouts.map(({ score }) => score);
    before ??= scores;
    samples.push({ name, rollouts });
    const gain = (mean(scores) - mean(before)) / deviation(before);
    const kl = values["objective/klPolicyReference"];
    return `| ${name} | ${mean(scores).toFixed(3)} ± ${deviation(scores).toFixed(3)} | ${gain.toFixed(2)} | ${typeof kl === "number" ? kl.toFixed(2) : "–"} | ${Math.exp(values["loss/pretrainingValidation"]).toFixed(2)} |`;
  });
  console.log(
    "\n| model | sentiment of 400 held-out continuations (mean ± standard deviation) | gain in standard deviations of the base | KL to the base, nats | perplexity of held-out stories |",
  );
  console.log("|---|---|---|---|---|");
  console.log(rows.join("\n"));
  console.log(
    `\nall of it: ${((performance.now() - started) / 60000).toFixed(1)} minutes on ${flags.threads} threads\n`,
  );
  for (let i = 0; i < 4; i++) {
    console.log(`> ${samples[0].rollouts[i].prompt} …`);
    for (const { name, rollouts } of samples)
      console.log(`>   ${name.padEnd(8)} ${rollouts[i].response.replaceAll("\n", " ")}`);
  }
}

function harmless() {
  console.log("\n## HH-RLHF, harmless test set: a reward model\n");
  const file = join(flags.data, "hh-rlhf/harmless-base.test.jsonl.gz");
  const project = newProject("harmless", {
    "tokenizer.vocabularySize": 2048,
    "model.context": 256,
    "data.maxPromptTokens": 224,
    "data.promptAfter": "\n\nAssistant: ",
    "data.validationShare": 0.2,
    "data.testShare": 0,
    "pretrain.steps": 400,
    "pretrain.sequenceTokens": 128,
  });
  rlhf(project, "import", file, "--kind", "auto");
  // The conversations before the answers that are compared: text of the kind, and nothing of what is to be told apart.
  rlhf(project, "import", file, "--kind", "prompts");
  rlhf(project, "import", "data/prompts.jsonl", "--kind", "pretraining");
  rlhf(project, "pretrain");
  console.log("");
  const rows = [1, 2, 3].map((seed) => {
    rlhf(project, "rm", "--model", "models/base", "--seed", String(seed));
    const [last] = jsonLines(join(latest(project, "rm"), "metrics.jsonl"))
      .filter((line) => typeof line["accuracy/validation"] === "number")
      .slice(-1);
    const percent = (name) => `${(100 * last[name]).toFixed(1)} %`;
    return `| ${seed} | ${percent("accuracy/validation")} | ${percent("accuracy/validationLow")} to ${percent("accuracy/validationHigh")} | ${last["loss/validation"].toFixed(3)} |`;
  });
  console.log("\n| seed | accuracy on held-out comparisons | 95 % interval | loss (chance 0.693) |");
  console.log("|---|---|---|---|");
  console.log(rows.join("\n"));
}

const parts = { stories, harmless };
const [wanted = "all"] = positionals;
if (wanted !== "all" && !(wanted in parts))
  throw new Error(`${wanted} is none of ${Object.keys(parts).join(", ")}, all`);
if (!existsSync(resolve(flags.data)))
  throw new Error(`${flags.data} is not there: name the folder of the data with --data`);
console.log(`In ${folder}\n`);
for (const [name, run] of Object.entries(parts)) if (wanted === "all" || wanted === name) run();
