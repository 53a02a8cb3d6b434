/**
 * The metrics of a run as columns: row i holds what iteration `iterations[i]` reported. Columns of one run have one length.
 */
export interface MetricColumns {
  readonly iterations: Float64Array;
  /** By the catalogue's names. */
  readonly values: Readonly<Record<string, Float64Array>>;
}

/**
 * Stands in a column where an iteration reported nothing, such as a validation loss between two validations. A column of numbers has no other
 * place for it: NaN and the infinities are values that a run reports when it goes wrong, and no measurement reaches this one.
 */
export const absent = -Number.MAX_VALUE;

export const noColumns: MetricColumns = { iterations: new Float64Array(0), values: {} };

/** Columns of which the first `from` rows stay and `added` comes behind them; what only one side has is absent in the other's rows. */
export function appendColumns(before: MetricColumns, from: number, added: MetricColumns): MetricColumns {
  const rows = from + added.iterations.length;
  const names = new Set([...Object.keys(before.values), ...Object.keys(added.values)]);
  const values = [...names].map(
    (name) => [name, grown(before.values[name], from, added.values[name], rows)] as const,
  );
  return {
    iterations: grown(before.iterations, from, added.iterations, rows),
    values: Object.fromEntries(values),
  };
}

/** The rows from `from` on, copied, so that a message holds them and not the room behind them. */
export function rowsFrom({ iterations, values }: MetricColumns, from: number): MetricColumns {
  return {
    iterations: iterations.slice(from),
    values: Object.fromEntries(Object.entries(values).map(([name, column]) => [name, column.slice(from)])),
  };
}

/**
 * A column grows into room that was left behind it, and takes twice the room when there is none: appending n rows one by one costs O(n).
 * Whoever holds a shorter view of the same memory sees no change, as rows that were there are never written again.
 */
function grown(
  before: Float64Array | undefined,
  from: number,
  added: Float64Array | undefined,
  rows: number,
): Float64Array {
  const hasRoom =
    before !== undefined &&
    before.length === from &&
    before.byteOffset === 0 &&
    before.buffer.byteLength >= rows * Float64Array.BYTES_PER_ELEMENT;
  const room = hasRoom ? new Float64Array(before.buffer) : new Float64Array(Math.max(64, 2 * rows));
  if (!hasRoom) {
    const kept = before?.subarray(0, from) ?? new Float64Array(0);
    room.set(kept);
    room.fill(absent, kept.length, from);
  }
  if (added === undefined) room.fill(absent, from, rows);
  else room.set(added, from);
  return room.subarray(0, rows);
}
