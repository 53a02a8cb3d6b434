import type { Lineage, LineageEdge, LineageNode } from "../protocol/compareMessages";
import { isRunId, type RunManifest, type RunParent } from "../protocol/runFormat";

/** A run as the graph needs it. */
export interface LineageRun {
  readonly id: string;
  readonly name: string;
  readonly manifest: RunManifest;
  readonly stateText: string;
}

export interface LineageWords {
  readonly kind: (kind: LineageNode["kind"]) => string;
  readonly role: (role: string) => string;
}

/**
 * The compared runs with everything they come from, back to models that no run of the project made, and the evaluations of all of these.
 * Every run and every model stands in it once. Nodes come in the order of creation, parents before what came of them.
 */
export function lineageOf(
  all: readonly LineageRun[],
  compared: readonly string[],
  words: LineageWords,
): Lineage {
  const byId = new Map(all.map((run) => [run.id, run]));
  const found = new Map<string, LineageNode>();
  const edges = new Map<
    string,
    { readonly from: string; readonly to: string; readonly roles: Set<string> }
  >();
  const visit = (run: LineageRun): void => {
    if (found.has(run.id)) return;
    const { id, name, manifest, stateText } = run;
    const kind = manifest.stage;
    found.set(id, {
      id,
      name,
      kind,
      kindText: words.kind(kind),
      stateText,
      isCompared: compared.includes(id),
    });
    for (const parent of manifest.parents) {
      const from = parentId(parent, byId);
      const of = byId.get(from);
      if (of !== undefined) visit(of);
      else found.set(from, modelNode(from, parent, words));
      const key = JSON.stringify([from, id]);
      const edge = edges.get(key) ?? { from, to: id, roles: new Set() };
      edge.roles.add(words.role(parent.role) + (parent.checkpoint === null ? "" : ` #${parent.checkpoint}`));
      edges.set(key, edge);
    }
  };
  for (const id of compared) {
    const run = byId.get(id);
    if (run !== undefined) visit(run);
  }
  const ancestors = new Set(found.keys());
  for (const run of all)
    if (run.manifest.stage === "evaluate" && run.manifest.parents.some((each) => isPolicyOf(each, ancestors)))
      visit(run);
  return { nodes: inOrder([...found.values()], byId), edges: [...edges.values()].map(edgeOf) };
}

const edgeOf = ({ from, to, roles }: { from: string; to: string; roles: Set<string> }): LineageEdge => ({
  from,
  to,
  roles: [...roles].join(", "),
});

/** The run that left a model: as it was named, or by the folder it lies in, as an evaluation finds its policy's reference. */
export const runOfParent = ({ run, folder }: RunParent): string | null =>
  run ?? folder.split("/").find(isRunId) ?? null;

/** A model of no run is known by its weights, so that two names of the same one are one node. */
function parentId(parent: RunParent, byId: ReadonlyMap<string, LineageRun>): string {
  const run = runOfParent(parent);
  return run !== null && byId.has(run) ? run : parent.sha256;
}

const isPolicyOf = (parent: RunParent, runs: ReadonlySet<string>): boolean =>
  parent.role === "policy" && runs.has(runOfParent(parent) ?? "");

function modelNode(id: string, { reference }: RunParent, words: LineageWords): LineageNode {
  return {
    id,
    name: reference,
    kind: "model",
    kindText: words.kind("model"),
    stateText: "",
    isCompared: false,
  };
}

function inOrder(nodes: readonly LineageNode[], byId: ReadonlyMap<string, LineageRun>): LineageNode[] {
  const created = ({ id }: LineageNode): string => byId.get(id)?.manifest.createdAt ?? "";
  return [...nodes].sort((a, b) => {
    const [first, second] = [created(a), created(b)];
    return first < second ? -1 : first > second ? 1 : 0;
  });
}
