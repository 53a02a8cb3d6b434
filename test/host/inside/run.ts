import { writeFileSync } from "node:fs";
import type { Runnable, Runner } from "mocha";
import type { InsideResult } from "../support/insideResults";

/** Runs suites inside the extension host and writes their results where RLHF_TEST_RESULTS says; `load` defines the suites. */
export async function run(load: () => void): Promise<void> {
  const { default: Mocha } = await import("mocha");
  const mocha = new Mocha({ timeout: 60_000, reporter: "min" });
  mocha.suite.emit("pre-require", globalThis, null, mocha);
  load();
  const tests: InsideResult[] = [];
  const failures = await new Promise<number>((resolve) => collect(mocha.run(resolve), tests));
  writeFileSync(process.env.RLHF_TEST_RESULTS ?? "results.json", JSON.stringify(tests));
  if (failures > 0) throw new Error(`${failures} failed`);
}

function collect(runner: Runner, tests: InsideResult[]): void {
  const add = (test: Runnable, state: InsideResult["state"], detail = ""): void => {
    tests.push({ title: test.fullTitle(), state, detail });
  };
  runner.on("pass", (test) => add(test, "passed"));
  runner.on("fail", (test, error: Error) => add(test, "failed", error.stack ?? error.message));
  runner.on("pending", (test) => {
    const reason: unknown = Reflect.get(test, "skipReason");
    add(test, "skipped", typeof reason === "string" ? reason : "no reason given");
  });
}
