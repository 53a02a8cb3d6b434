import { useBackend } from "../../extension/engine/backend";
import { mainBackend } from "./testBackend";

/** In the bundle of native tests `tensorflow` alone: the others are tested elsewhere. */
const backends = mainBackend === "tensorflow" ? (["tensorflow"] as const) : (["cpu", "wasm"] as const);

/** Defines the same tests on every backend that must agree with the values of a golden file. One that is not built in is skipped. */
export function onEachBackend(title: string, define: (backend: (typeof backends)[number]) => void): void {
  for (const backend of backends)
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
