import type { MetricsTextKey } from "../../extension/protocol/metricsMessages";

export type Texts = Readonly<Record<MetricsTextKey, string>>;
