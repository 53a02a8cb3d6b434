import type {
  CompareAction,
  CompareState,
  Lineage,
  LineageNode,
} from "../../extension/protocol/compareMessages";
import { element } from "../shared/dom";
import { shape } from "../shared/plots";
import { button } from "../shared/toolkit";
import { branchesOf, drawnEdges, placeNodes, type LineageBranch, type PlacedNode } from "./lineageLayout";
import { focusable } from "./runsView";
import { redraw, whenChanged } from "./redraw";
import type { Texts } from "./texts";

interface Options {
  readonly texts: Texts;
  readonly send: (action: CompareAction) => void;
}

/** From the base model to the evaluations: a picture, and the same as a list in lists. */
export function createLineageView({ texts, send }: Options) {
  const picture = element("div", {
    class: "wide",
    attributes: { role: "region", "aria-label": texts.lineage, tabindex: "0" },
  });
  const list = element("div");
  const draw = whenChanged();
  const root = element("section", {}, [
    element("h2", { text: texts.lineage }),
    element("p", { class: "quiet", text: texts.lineageHint }),
    picture,
    element("details", {}, [element("summary", { text: texts.lineageList }), list]),
  ]);
  return {
    root,
    update: ({ lineage, baseline }: CompareState): void =>
      draw([lineage, baseline], () => {
        redraw(picture, [graph(texts, lineage, baseline, send)]);
        redraw(list, [branchList(texts, branchesOf(lineage), send)]);
      }),
  };
}

/** In units of the picture, which are pixels. */
const box = { width: 210, height: 46, across: 52, down: 16, margin: 6 } as const;

const isRun = ({ kind }: LineageNode): boolean => kind !== "model";

function graph(texts: Texts, lineage: Lineage, baseline: string, send: Options["send"]): SVGElement {
  const placed = placeNodes(lineage);
  const byId = new Map(placed.map((each) => [each.node.id, each]));
  const columns = 1 + Math.max(-1, ...placed.map(({ column }) => column));
  const rows = 1 + Math.max(-1, ...placed.map(({ row }) => row));
  const width = 2 * box.margin + columns * box.width + Math.max(0, columns - 1) * box.across;
  const height = 2 * box.margin + rows * box.height + Math.max(0, rows - 1) * box.down;
  const lines = drawnEdges(lineage).flatMap(({ from, to, roles }) => {
    const [start, end] = [byId.get(from), byId.get(to)];
    return start === undefined || end === undefined ? [] : [edgeLine(start, end, roles)];
  });
  const boxes = placed.map((each) => nodeBox(texts, lineage, each, each.node.id === baseline, send));
  const attributes = {
    class: "lineage",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "group",
    "aria-label": texts.lineage,
  };
  return shape("svg", attributes, [...lines, ...boxes]);
}

const left = (column: number): number => box.margin + column * (box.width + box.across);
const top = (row: number): number => box.margin + row * (box.height + box.down);

function edgeLine(from: PlacedNode, to: PlacedNode, roles: string): SVGElement {
  const [x1, y1] = [left(from.column) + box.width, top(from.row) + box.height / 2];
  const [x2, y2] = [left(to.column), top(to.row) + box.height / 2];
  const bend = box.across / 2;
  const title = shape("title", {});
  title.textContent = roles;
  const d = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  return shape("path", { class: "edge", d }, [title]);
}

function nodeBox(
  texts: Texts,
  { nodes, edges }: Lineage,
  { node, column, row }: PlacedNode,
  isBaseline: boolean,
  send: Options["send"],
): SVGElement {
  const { id, name, kindText, stateText, isCompared } = node;
  const [x, y] = [left(column), top(row)];
  const marks = [isCompared ? `◆ ${texts.compared}` : "", isBaseline ? texts.isBaseline : ""]
    .filter(Boolean)
    .join(", ");
  const from = edges
    .filter(({ to }) => to === id)
    .map((edge) => `${edge.roles}: ${nodes.find((each) => each.id === edge.from)?.name ?? edge.from}`);
  const label = [kindText, name, stateText, marks, from.join("; ") || texts.noParents]
    .filter(Boolean)
    .join(", ");
  const title = shape("title", {});
  title.textContent = label;
  const parts = [
    title,
    shape("rect", { x, y, width: box.width, height: box.height, rx: 4 }),
    words([kindText, marks].filter(Boolean).join(" · "), x + 10, y + 18, "kind"),
    words(name, x + 10, y + 36, "name"),
  ];
  const kind = `node${isCompared ? " compared" : ""}${isRun(node) ? " run" : ""}`;
  // The title is the name that a screen reader says.
  if (!isRun(node)) return shape("g", { class: kind, role: "img" }, parts);
  const made = shape("g", { class: kind, role: "button", tabindex: 0, "data-focus": `node ${id}` }, parts);
  const openIt = (): void => send({ type: "openMetrics", id });
  made.addEventListener("click", openIt);
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    openIt();
  });
  return made;
}

/** What fits into a box. */
const letters = { kind: 34, name: 28 } as const;

function words(text: string, x: number, y: number, kind: keyof typeof letters): SVGElement {
  const made = shape("text", { class: kind, x, y });
  const signs = [...text];
  made.textContent = signs.length > letters[kind] ? `${signs.slice(0, letters[kind] - 1).join("")}…` : text;
  return made;
}

function branchList(texts: Texts, branches: readonly LineageBranch[], send: Options["send"]): HTMLElement {
  return element(
    "ul",
    { class: "branches" },
    branches.map(({ node, roles, children, isRepeated }) => {
      const { id, name, kindText, stateText, isCompared } = node;
      const about = [stateText, isCompared ? texts.compared : ""].filter(Boolean).join(", ");
      const text = `${roles === "" ? "" : `${roles} → `}${kindText} ${name}${about === "" ? "" : ` (${about})`}`;
      const open = (type: "openMetrics" | "openReport"): HTMLElement =>
        focusable(
          `${type} ${roles} ${id}`,
          button(texts[type], () => send({ type, id }), { label: `${texts[type]}: ${name}` }),
        );
      const buttons =
        isRun(node) && !isRepeated
          ? [element("span", { class: "buttons" }, [open("openMetrics"), open("openReport")])]
          : [];
      const below = children.length === 0 ? [] : [branchList(texts, children, send)];
      return element("li", {}, [element("span", { text }), ...buttons, ...below]);
    }),
  );
}
