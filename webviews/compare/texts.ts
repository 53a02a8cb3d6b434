import type { CompareTextKey } from "../../extension/protocol/compareMessages";

export type Texts = Readonly<Record<CompareTextKey, string>>;
