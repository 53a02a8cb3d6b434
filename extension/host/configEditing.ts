import type { Disposable } from "vscode";
import { registerConfigActions } from "./configActions";
import { ConfigDiagnostics } from "./configDiagnostics";
import { registerConfigLenses } from "./configLenses";
import type { Host } from "./host";
import { registerTasks } from "./tasks";

/** What the editor knows about rlhf.json beyond its schema, and the tasks of tasks.json. */
export function registerConfigEditing(host: Host): Disposable[] {
  return [new ConfigDiagnostics(), registerConfigActions(), registerConfigLenses(host), registerTasks(host)];
}
