import { listenToSteps } from "../engine/compiledStep";

/** Says on standard error which steps of this process cannot run as graphs, and why: results are the same, but slower. */
export function sayRefusedSteps(): void {
  listenToSteps({
    compiling: () => undefined,
    refused: (step, reason) => {
      process.stderr.write(`the step "${step}" runs operation by operation, which is slower: ${reason}\n`);
    },
  });
}
