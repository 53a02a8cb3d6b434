import { dataListNames, type DataList } from "../data/dataLists";
import { parseJson } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { defaultConfig, resolveConfig } from "../protocol/resolveConfig";
import { readProjectConfig } from "../runs/project";
import { projectFile } from "../runs/runPaths";

/** The files in each data list of a project's rlhf.json; the defaults and a sentence where rlhf.json cannot be used. */
export function readDataLists(project: string): {
  readonly files: Readonly<Record<DataList, readonly string[]>>;
  readonly problem: string | null;
} {
  const text = readProjectConfig(project);
  const parsed = isProblem(text) ? text : parseJson(text, projectFile);
  if (isProblem(parsed)) return { files: listsOf(defaultConfig().data), problem: parsed.message };
  const resolved = resolveConfig(parsed.json);
  if (resolved.type === "config") return { files: listsOf(resolved.config.data), problem: null };
  return {
    files: listsOf(defaultConfig().data),
    problem: resolved.problems.map(({ message }) => message).join(" "),
  };
}

function listsOf(
  data: Readonly<Record<DataList, readonly string[]>>,
): Readonly<Record<DataList, readonly string[]>> {
  return Object.fromEntries(dataListNames.map((list) => [list, data[list]])) as Record<
    DataList,
    readonly string[]
  >;
}
