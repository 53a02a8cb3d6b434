/** A link that opens a run in an editor whose links begin with `scheme`. */
export function runLink(
  scheme: string,
  extensionId: string,
  { project, id }: { readonly project: string; readonly id: string },
): string {
  return `${scheme}://${extensionId}/run?project=${encodeURIComponent(project)}&id=${encodeURIComponent(id)}`;
}

/** The run that a link's path and query name; null where they name none. */
export function readRunLink(
  path: string,
  query: string,
): { readonly project: string; readonly id: string } | null {
  if (path !== "/run") return null;
  const values = new URLSearchParams(query);
  const [project, id] = [values.get("project"), values.get("id")];
  return project === null || id === null ? null : { project, id };
}
