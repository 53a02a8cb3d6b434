/** What a link leads to: a run, or an item that labelers disagree on. */
export type LinkTarget =
  | { readonly kind: "run"; readonly project: string; readonly id: string }
  | { readonly kind: "item"; readonly project: string; readonly batch: string; readonly item: string };

/** A link that opens its target in an editor whose links begin with `scheme`. */
export function linkTo(scheme: string, extensionId: string, { kind, ...values }: LinkTarget): string {
  const words = Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${scheme}://${extensionId}/${kind}?${words.join("&")}`;
}

/** The target that a link's path and query name; null where they name none. */
export function readLink(path: string, query: string): LinkTarget | null {
  const values = new URLSearchParams(query);
  const [project, id, batch, item] = ["project", "id", "batch", "item"].map((name) => values.get(name));
  if (project === null) return null;
  if (path === "/run" && id !== null) return { kind: "run", project, id };
  return path === "/item" && batch !== null && item !== null ? { kind: "item", project, batch, item } : null;
}
