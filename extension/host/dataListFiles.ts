import type { DataList } from "../data/dataLists";
import { projectConfig } from "./projectConfig";

/** The files in each data list of a project's rlhf.json; the defaults and a sentence where rlhf.json cannot be used. */
export function readDataLists(project: string): {
  readonly files: Readonly<Record<DataList, readonly string[]>>;
  readonly problem: string | null;
} {
  const { config, problem } = projectConfig(project);
  return { files: config.data, problem };
}
