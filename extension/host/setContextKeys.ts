import { commands } from "vscode";

/** Sets the keys that have changed since it last did. */
export function contextKeySetter(): (keys: Readonly<Record<string, boolean>>) => void {
  const known = new Map<string, boolean>();
  return (keys) => {
    for (const [key, value] of Object.entries(keys)) {
      if (known.get(key) === value) continue;
      known.set(key, value);
      void commands.executeCommand("setContext", key, value);
    }
  };
}
