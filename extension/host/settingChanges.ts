import { isObject } from "../protocol/codec";

/** A setting whose value two configs do not share; undefined where one of them has none. */
export interface SettingChange {
  readonly path: string;
  readonly value: unknown;
  readonly base: unknown;
}

/** The settings in which a run's config differs from another, both of unknown origin, in the config's order. */
export function settingChanges(config: object, base: object): readonly SettingChange[] {
  const [own, other] = [flat(config), flat(base)];
  const paths = new Set([...own.keys(), ...other.keys()]);
  return [...paths]
    .map((path) => ({ path, value: own.get(path), base: other.get(path) }))
    .filter(({ value, base }) => JSON.stringify(value) !== JSON.stringify(base));
}

function flat(config: object): Map<string, unknown> {
  const entries = Object.entries(config).flatMap(([block, inner]): [string, unknown][] =>
    isObject(inner)
      ? Object.entries(inner).map(([key, value]) => [`${block}.${key}`, value])
      : [[block, inner]],
  );
  return new Map(entries);
}
