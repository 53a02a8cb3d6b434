import type { RewardTextKey } from "../../extension/protocol/rewardMessages";

export type Texts = Readonly<Record<RewardTextKey, string>>;
