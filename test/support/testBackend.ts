import { useBackend } from "../../extension/engine/backend";

/** The backend of suites that run on either: `wasm`, or `tensorflow` in the bundle of native tests, which says so (build.mjs). */
export const mainBackend = process.env.RLHF_TEST_BACKEND === "tensorflow" ? "tensorflow" : "wasm";

export async function useTestBackend(
  name: "wasm" | "cpu" | "tensorflow" = mainBackend,
  threads = 2,
): Promise<void> {
  const result = await useBackend(name, { threads });
  if (!result.ok) throw new Error(result.problem);
}
