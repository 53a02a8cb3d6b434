// What a screen reader finds on a page: the browser's own tree of names, roles and states, as sentences.
import type { CDPSession, Page } from "playwright-core";

type Node = Awaited<ReturnType<typeof tree>>[number];

/** An element as it would be said: "B, rank 2, option, selected, 2 of 9". */
export interface Spoken {
  readonly role: string;
  readonly sentence: string;
  /** The keys that it is said to have. */
  readonly keys: string;
  readonly hasFocus: boolean;
}

/** Which elements count their members, as readers do: an option in its list box, a radio button in its group. */
const counted: Readonly<Record<string, string>> = { option: "listbox", radio: "group" };
const silent = new Set(["none", "generic", "InlineTextBox", "StaticText", "LabelText", "Legend"]);

const tree = async (session: CDPSession) => (await session.send("Accessibility.getFullAXTree")).nodes;

/** Everything that has a role on the page, in reading order. */
export async function spokenPage(page: Page): Promise<readonly Spoken[]> {
  const session = await page.context().newCDPSession(page);
  const nodes = await tree(session);
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const within = (node: Node): Node[] =>
    (node.childIds ?? []).flatMap((id) => {
      const child = byId.get(id);
      return child === undefined ? [] : [child, ...within(child)];
    });
  const root = nodes.find(({ parentId }) => parentId === undefined);
  if (root === undefined) return [];
  const inOrder = within(root).filter((node) => !node.ignored && !silent.has(roleOf(node)));
  return inOrder.map((node) => {
    const place = placeOf(node, byId, within);
    return {
      role: roleOf(node),
      sentence: [nameOf(node), roleOf(node), ...statesOf(node), ...place]
        .filter((word) => word !== "")
        .join(", "),
      keys: String(propertyOf(node, "keyshortcuts") ?? ""),
      hasFocus: propertyOf(node, "focused") === true,
    };
  });
}

/** What is said of the element that has the focus. */
export async function spokenFocus(page: Page): Promise<string> {
  const found = (await spokenPage(page)).filter(({ hasFocus }) => hasFocus);
  return found.at(-1)?.sentence ?? "";
}

/** What the live regions that wait for a pause say now. */
export async function spokenNews(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  const nodes = await tree(session);
  await session.detach();
  const textOf = (node: Node): string =>
    roleOf(node) === "StaticText"
      ? nameOf(node)
      : nodes
          .filter(({ parentId }) => parentId === node.nodeId)
          .map(textOf)
          .join("");
  return nodes
    .filter((node) => propertyOf(node, "live") === "polite" && roleOf(node) === "status")
    .map(textOf);
}

const roleOf = ({ role }: Node): string => String(role?.value ?? "");
const nameOf = ({ name }: Node): string => String(name?.value ?? "").trim();

function propertyOf({ properties = [] }: Node, name: string): unknown {
  return properties.find((property) => property.name === name)?.value.value as unknown;
}

function statesOf(node: Node): string[] {
  const has = (name: string): unknown => propertyOf(node, name);
  return [
    ...(has("selected") === true ? ["selected"] : []),
    ...(has("checked") === "true" ? ["checked"] : []),
    ...(has("pressed") === "true" ? ["pressed"] : has("pressed") === "false" ? ["not pressed"] : []),
    ...(has("expanded") === true ? ["expanded"] : has("expanded") === false ? ["collapsed"] : []),
    ...(has("disabled") === true ? ["unavailable"] : []),
    ...(has("readonly") === true ? ["read-only"] : []),
  ];
}

/** "2 of 9" where the role is counted. */
function placeOf(node: Node, byId: ReadonlyMap<string, Node>, within: (node: Node) => Node[]): string[] {
  const owner = counted[roleOf(node)];
  if (owner === undefined) return [];
  let group: Node | undefined = node;
  while (group !== undefined && roleOf(group) !== owner) group = byId.get(group.parentId ?? "");
  if (group === undefined) return [];
  const members = within(group).filter((each) => !each.ignored && roleOf(each) === roleOf(node));
  return [`${members.indexOf(node) + 1} of ${members.length}`];
}
