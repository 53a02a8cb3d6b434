import { findNodeAtLocation, parseTree } from "jsonc-parser";
import type { Stage } from "../protocol/runFormat";

/** The stages that a person runs, which are also the names of their blocks in rlhf.json. */
export const runnableStages = [
  "pretrain",
  "sft",
  "rm",
  "ppo",
  "evaluate",
] as const satisfies readonly Stage[];
export type RunnableStage = (typeof runnableStages)[number];

/** Where the stages' blocks begin in the text of an rlhf.json, which may be half written. */
export function stageBlocks(
  text: string,
): readonly { readonly stage: RunnableStage; readonly offset: number }[] {
  const root = parseTree(text);
  if (root === undefined) return [];
  return runnableStages.flatMap((stage) => {
    const property = findNodeAtLocation(root, [stage])?.parent;
    return property === undefined ? [] : [{ stage, offset: property.offset }];
  });
}
