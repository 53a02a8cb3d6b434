import type { Lineage, LineageEdge, LineageNode } from "../../extension/protocol/compareMessages";

export interface PlacedNode {
  readonly node: LineageNode;
  /** Steps from what has no parents. */
  readonly column: number;
  /** From the top of its column. */
  readonly row: number;
}

/**
 * Places for the nodes: each one column right of the last of its parents, so that every edge leads to the right. In its column a node stands
 * by the mean row of its parents, which keeps edges short (the barycenter rule of Sugiyama et al. 1981), and equals in their own order.
 */
export function placeNodes({ nodes, edges }: Lineage): readonly PlacedNode[] {
  const parents = new Map(
    nodes.map(({ id }) => [id, edges.filter(({ to }) => to === id).map(({ from }) => from)]),
  );
  const columns = new Map<string, number>();
  const columnOf = (id: string, path: readonly string[] = []): number => {
    const known = columns.get(id);
    if (known !== undefined) return known;
    // Files of unknown origin may say that a run comes from itself.
    const from = (parents.get(id) ?? []).filter((parent) => parents.has(parent) && !path.includes(parent));
    const column = from.reduce((most, parent) => Math.max(most, 1 + columnOf(parent, [...path, id])), 0);
    columns.set(id, column);
    return column;
  };
  for (const { id } of nodes) columnOf(id);
  const rows = new Map<string, number>();
  const last = Math.max(-1, ...columns.values());
  const placed: PlacedNode[] = [];
  for (let column = 0; column <= last; column++) {
    const wish = ({ id }: LineageNode): number => {
      const known = (parents.get(id) ?? []).flatMap((parent) => rows.get(parent) ?? []);
      return known.length === 0 ? 0 : known.reduce((a, b) => a + b, 0) / known.length;
    };
    nodes
      .filter(({ id }) => columns.get(id) === column)
      .map((node) => ({ node, at: wish(node) }))
      .sort((a, b) => a.at - b.at)
      .forEach(({ node }, row) => {
        rows.set(node.id, row);
        placed.push({ node, column, row });
      });
  }
  return placed;
}

/**
 * The edges to draw: one that a longer way says as well, such as from a base model to what is evaluated by way of its SFT, would only cross
 * the boxes between (the transitive reduction of Aho, Garey and Ullman 1972). Names and list say every edge.
 */
export function drawnEdges({ edges }: Lineage): readonly LineageEdge[] {
  const leads = (from: string, to: string, seen: ReadonlySet<string> = new Set()): boolean =>
    from === to ||
    (!seen.has(from) &&
      edges.some((edge) => edge.from === from && leads(edge.to, to, new Set([...seen, from]))));
  return edges.filter(
    ({ from, to }) =>
      !edges.some((other) => other.to === to && other.from !== from && leads(from, other.from)),
  );
}

export interface LineageBranch {
  readonly node: LineageNode;
  readonly roles: string;
  readonly children: readonly LineageBranch[];
  /** The node has been written out before; what comes of it stands there. */
  readonly isRepeated: boolean;
}

/** The same graph as a list in lists, from what has no parents on; a node of several parents stands under each, written out once. */
export function branchesOf({ nodes, edges }: Lineage): readonly LineageBranch[] {
  const written = new Set<string>();
  const branch = (node: LineageNode, roles: string): LineageBranch => {
    const isRepeated = written.has(node.id);
    written.add(node.id);
    const down = isRepeated ? [] : edges.filter(({ from }) => from === node.id);
    const children = down.flatMap(({ to, roles: as }) => {
      const child = nodes.find(({ id }) => id === to);
      return child === undefined ? [] : [branch(child, as)];
    });
    return { node, roles, children, isRepeated };
  };
  const hasParent = ({ id }: LineageNode): boolean =>
    edges.some(({ from, to }) => to === id && nodes.some((node) => node.id === from));
  const roots = nodes.filter((node) => !hasParent(node)).map((node) => branch(node, ""));
  // Files of unknown origin may leave a ring without a beginning.
  const rest = nodes.flatMap((node) => (written.has(node.id) ? [] : [branch(node, "")]));
  return [...roots, ...rest];
}
