import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import { cliFile, jsonLines, runCli } from "../support/runCli";

describe("rlhf", function () {
  this.timeout(60_000);
  let project: string;
  before(() => (project = temporaryProject()));
  after(() => removeProject(project));

  it("--help lists the commands, and each command's own has an example", async () => {
    const help = await runCli(["--help"]);
    assert.equal(help.code, 0);
    const commands = [...help.out.slice(help.out.indexOf("Commands:")).matchAll(/^ {2}([a-z-]+)/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== "help");
    assert.ok(commands.length >= 6, commands.join());
    const helps = await Promise.all(commands.map((name) => runCli([name, "--help"])));
    helps.forEach(({ code, out }, i) => {
      assert.equal(code, 0, commands[i]);
      assert.match(out, new RegExp(`Examples?:\\n {2}rlhf ${commands[i]}`));
      assert.match(out, /--project <dir>/, commands[i]);
    });
  });

  it("wrong use exits with 2 and one sentence, with --json as an error line", async () => {
    const wrong: readonly [words: string[], sentence: RegExp][] = [
      [["rnus"], /unknown command 'rnus'\s*\(Did you mean runs\?\)/],
      [["runs", "--projct", "x"], /unknown option '--projct'/],
      [["show"], /missing required argument 'run'/],
      [["runs", "--seed", "-1"], /--seed <n>.*must be a whole number from 0 to 4294967295/],
      [["doctor", "--backend", "gpu"], /'gpu' is invalid.*Allowed choices are auto, wasm, cpu, tensorflow/],
      [["selfcheck", "gradient"], /there is no check "gradient"; the nearest is gradients\./],
      [["selfcheck", "--episodes", "20"], /--episodes must be a multiple of 8, but is 20\./],
      [["selfcheck", "--vocab", "32", "--length", "12"], /lower one of them/],
    ];
    for (const [words, sentence] of wrong) {
      const plain = await runCli(words, { cwd: project });
      assert.equal(plain.code, 2, words.join(" "));
      assert.match(plain.err, sentence);
      assert.equal(plain.out, "");
      const json = await runCli([...words, "--json"], { cwd: project });
      assert.equal(json.code, 2, words.join(" "));
      assert.deepEqual(
        jsonLines(json).map(({ type }) => type),
        ["error"],
      );
      assert.match(String(jsonLines(json)[0].message), sentence);
    }
  });

  it("outside a project says how to make one", async () => {
    const lost = await runCli(["runs"], { cwd: join(project, "..") });
    assert.equal(lost.code, 1);
    assert.match(lost.err, /There is no rlhf\.json in .* or above it: create a project with "rlhf new DIR"/);
  });

  it("finds the project from a folder inside it, and flags may stand before the command", async () => {
    const inside = join(project, "깊은 곳");
    mkdirSync(inside);
    for (const [words, cwd] of [
      [["runs", "--json"], inside],
      [["--json", "--project", project, "runs"], "/"],
    ] as const) {
      const listed = await runCli(words, { cwd });
      assert.equal(listed.code, 0, listed.err);
      assert.equal(jsonLines(listed)[0].project, project);
    }
    rmSync(inside, { recursive: true });
  });

  it("a reader that goes away ends the printing without a crash", async () => {
    const child = spawn(process.execPath, [cliFile, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    const code = await new Promise((resolve) => child.once("close", resolve));
    assert.equal(err, "");
    assert.equal(code, 0);
  });

  it("doctor says for each backend whether it works and why not", async () => {
    const result = jsonLines(await runCli(["doctor", "--json"], { cwd: project })).at(-1);
    const backends = result?.backends as { name: string; ok: boolean; problem?: string; selfTest?: number }[];
    assert.deepEqual(
      backends.map(({ name }) => name),
      ["wasm", "cpu", "tensorflow"],
    );
    assert.equal(backends[1].ok, true);
    for (const { ok, problem, selfTest } of backends)
      assert.ok(ok ? Number(selfTest) <= 1e-4 : String(problem).length > 20);
    const place = result?.place as { folder: string; isProject: boolean; writeProblem: string | null };
    assert.deepEqual([place.folder, place.isProject, place.writeProblem], [project, true, null]);
    const cpu = await runCli(["doctor", "--backend", "cpu"], { cwd: project });
    assert.equal(cpu.code, 0);
    assert.match(cpu.out, /cpu {2}works: /);
    assert.match(cpu.out, /Node +v\d+/);
  });

  it("selfcheck prints a line a check and fails when one fails", async () => {
    const good = await runCli(["selfcheck", "golden", "--backend", "cpu", "--json"], { cwd: project });
    assert.equal(good.code, 0, good.out);
    const [begin, check, result] = jsonLines(good);
    assert.deepEqual([begin.event, begin.backend, begin.threads], ["selfcheck", "cpu", 1]);
    assert.deepEqual([check.type, check.name, check.passed], ["check", "golden", true]);
    assert.ok(Number(check.seconds) > 0 && Object.keys(check.figures as object).length > 0);
    assert.deepEqual(result, { type: "result", passed: 1, failed: 0 });
    // One iteration cannot reach the optimum.
    const words = ["selfcheck", "exact-optimum", "--vocab", "3", "--length", "2", "--iterations", "1"];
    const bad = await runCli([...words, "--backend", "cpu"], { cwd: project });
    assert.equal(bad.code, 1);
    assert.match(bad.out, /^FAILED {2}exact-optimum {2}[\d.]+ s {2}J .* Jstar .* ratio/m);
    assert.match(bad.out, /^0 passed, 1 failed$/m);
  });

  it("a broken rlhf.json does not keep runs from being listed", async () => {
    writeFileSync(join(project, "rlhf.json"), "{");
    assert.equal((await runCli(["runs"], { cwd: project })).code, 0);
  });
});
