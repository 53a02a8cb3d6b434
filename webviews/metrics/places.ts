import { nearest } from "./lines";

/** Where a key leads from a place: the next point, ten points on with Shift, the first or the last; null for other keys. */
export function placeAfter(
  key: string,
  isFar: boolean,
  places: Float64Array,
  from: number | null,
): number | null {
  const last = places.length - 1;
  const at = from === null ? null : nearest(places, from);
  const step = isFar ? 10 : 1;
  const index = (): number | null => {
    switch (key) {
      case "ArrowRight":
        return at === null ? 0 : at + step;
      case "ArrowLeft":
        return at === null ? last : at - step;
      case "Home":
        return 0;
      case "End":
        return last;
      default:
        return null;
    }
  };
  const to = index();
  return to === null ? null : places[Math.min(last, Math.max(0, to))];
}
