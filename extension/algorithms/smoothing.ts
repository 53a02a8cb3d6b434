/**
 * Exponential moving average without the bias of its start (Kingma and Ba 2015, §3):
 *
 *     m_t = w·m_{t−1} + (1 − w)·x_t,   m_0 = 0,   y_t = m_t / (1 − w^t)
 *
 * values [n], weight w in [0, 1) → [n], in the unit of the values. Values that are not finite stay as they are and are left out of the average.
 */
export function movingAverage(values: Float64Array, weight: number): Float64Array {
  const averages = new Float64Array(values.length);
  let mean = 0;
  /** w^t */
  let power = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) {
      averages[i] = value;
      continue;
    }
    mean = weight * mean + (1 - weight) * value;
    power *= weight;
    averages[i] = mean / (1 - power);
  }
  return averages;
}
