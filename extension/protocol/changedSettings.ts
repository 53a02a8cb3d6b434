import { isObject } from "./codec";
import { configFields } from "./resolveConfig";
import type { JsonValue } from "./trainerEvents";

/** Settings of a complete config, of unknown origin, that are not the catalogue's defaults, by full name. */
export function changedSettings(config: object): Record<string, JsonValue> {
  const blocks = config as Readonly<Record<string, unknown>>;
  const changed: Record<string, JsonValue> = {};
  for (const [path, field] of configFields) {
    const [block, key] = path.split(".");
    const inner = blocks[block];
    const value = key === undefined ? inner : isObject(inner) ? inner[key] : undefined;
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(field.default))
      changed[path] = value as JsonValue;
  }
  return changed;
}

/** A setting's value as one writes it. */
export function settingText(value: unknown): string {
  if (value === undefined) return "–";
  return typeof value === "string" ? value || '""' : JSON.stringify(value);
}
