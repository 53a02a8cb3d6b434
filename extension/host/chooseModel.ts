import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { window } from "vscode";
import { isProblem } from "../protocol/problem";
import { listCheckpoints } from "../runs/checkpoints";
import { listRuns } from "../runs/runFolder";
import { modelFiles, modelsFolder } from "../runs/runPaths";
import { resolveModelReference } from "../runs/modelReference";
import { t } from "./text";

/** Lets a person pick a model that can answer, or score: its reference; undefined when they pick none. */
export async function chooseModel(
  project: string,
  { title, use }: { readonly title: string; readonly use: "answer" | "score" },
): Promise<string | undefined> {
  const stages = use === "answer" ? ["ppo", "sft", "pretrain"] : ["rm"];
  const runs = listRuns(project)
    .runs.filter(({ manifest }) => stages.includes(manifest.stage))
    .filter(({ manifest }) => !isProblem(resolveModelReference(project, manifest.id)))
    .map(({ manifest, paths }) => ({
      label: manifest.id,
      description: t("{0} checkpoints", listCheckpoints(paths).length),
    }));
  const folder = modelsFolder(project);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const models = names
    .filter((name) => existsSync(join(folder, name, modelFiles.weights)))
    .map((name) => ({ label: `models/${name}`, description: "" }));
  return (await window.showQuickPick([...runs, ...models], { title, matchOnDescription: true }))?.label;
}
