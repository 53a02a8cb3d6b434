import { useBackend } from "../../extension/engine/backend";

export async function useTestBackend(name: "wasm" | "cpu" = "wasm", threads = 2): Promise<void> {
  const result = await useBackend(name, { threads });
  if (!result.ok) throw new Error(result.problem);
}
