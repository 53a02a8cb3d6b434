import { useBackend } from "../../extension/engine/backend";

/** Defines the same tests on every backend that must agree with the values of a golden file. One that is not built in is skipped. */
export function onEachBackend(title: string, define: (backend: "cpu" | "wasm") => void): void {
  for (const backend of ["cpu", "wasm"] as const)
    describe(`${title} on ${backend}`, () => {
      let skipReason: string | null = null;
      before(async () => {
        const result = await useBackend(backend, { threads: 1 });
        if (result.ok) return;
        if (!/not built in/.test(result.problem)) throw new Error(result.problem);
        skipReason = result.problem;
      });
      beforeEach(function () {
        if (skipReason === null) return;
        Object.assign(this.currentTest ?? {}, { skipReason });
        this.skip();
      });
      after(() => useBackend("cpu", { threads: 1 }));
      define(backend);
    });
}
