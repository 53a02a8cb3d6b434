import { applyEdits, findNodeAtLocation, modify, parseTree, type JSONPath } from "jsonc-parser";
import { settingPath, type ConfigFix } from "./configProblems";
import { changeBetween, lineBreakOf, type TextChange } from "./textChange";

type TextFix = Exclude<ConfigFix, { readonly type: "create" }>;

/** The change of rlhf.json's text that a fix makes. */
export function fixChange(text: string, fix: TextFix): TextChange {
  return changeBetween(text, fixedText(text, fix));
}

function fixedText(text: string, fix: TextFix): string {
  switch (fix.type) {
    case "set":
      return withValue(text, settingPath(fix.path), fix.value);
    case "remove":
      return removed(text, fix.at);
    case "rename":
      return renamed(text, fix.at, settingPath(fix.to));
  }
}

/** A property or item goes with one comma; the braces or brackets of the last one close up. */
function removed(text: string, at: JSONPath): string {
  const root = parseTree(text);
  const value = root && findNodeAtLocation(root, at);
  const node = value?.parent?.type === "property" ? value.parent : value;
  const siblings = node?.parent?.children ?? [];
  if (node?.parent === undefined) return text;
  const index = siblings.indexOf(node);
  const [before, after] = [siblings.at(index - 1), siblings.at(index + 1)];
  const cut = (from: number, to: number): string => text.slice(0, from) + text.slice(to);
  if (siblings.length === 1) return cut(node.parent.offset + 1, node.parent.offset + node.parent.length - 1);
  if (index > 0 && before) return cut(before.offset + before.length, node.offset + node.length);
  return cut(node.offset, after?.offset ?? node.offset);
}

function withValue(text: string, path: JSONPath, value: unknown): string {
  const tabSize = indentOf(text);
  const formattingOptions = { insertSpaces: tabSize > 0, tabSize: tabSize || 2, eol: lineBreakOf(text) };
  return applyEdits(text, modify(text, path, value, { formattingOptions }));
}

/** Another key in its place where the block is the same, else the value moves to its block. */
function renamed(text: string, from: JSONPath, to: JSONPath): string {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, from);
  const key = node?.parent?.children?.[0];
  if (node === undefined || key === undefined) return text;
  const isSameBlock = from.slice(0, -1).join() === to.slice(0, -1).join();
  if (isSameBlock)
    return `${text.slice(0, key.offset)}${JSON.stringify(to.at(-1))}${text.slice(key.offset + key.length)}`;
  const value: unknown = JSON.parse(text.slice(node.offset, node.offset + node.length));
  return withValue(removed(text, from), to, value);
}

/** Spaces of the first indented line; 0 for tabs. */
function indentOf(text: string): number {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
  return indent.startsWith("\t") ? 0 : indent.length;
}
