import {
  changedLabels,
  currentLabels,
  labelsOfRun,
  policiesOf,
  rewardModelLabels,
  usesOfLabel,
  type LabelsOfRun,
} from "../project/labelUse";
import { isProblem, type Problem } from "../protocol/problem";
import type { Correction, LabelUse } from "../protocol/rewardMessages";
import { projectConfig } from "./projectConfig";

/** Which reward models of a project read which labels, as far as somebody has asked; what a run read never changes and is kept. */
export class RewardLabels {
  private readonly kept = new Map<string, LabelsOfRun | Problem>();

  constructor(private readonly project: string) {}

  /** The labels of a run that have changed since it read them. */
  corrections(run: string, axis: string): readonly Correction[] {
    const now = currentLabels(this.project, projectConfig(this.project).config, axis);
    return isProblem(now) ? [] : changedLabels(run, this.models(), now);
  }

  use(id: string, axis: string): LabelUse {
    const now = currentLabels(this.project, projectConfig(this.project).config, axis);
    const models = isProblem(now) ? [] : usesOfLabel(id, this.models(), now);
    const policies = policiesOf(
      this.project,
      models.map(({ run }) => run),
    );
    return { id, models, policies };
  }

  private models(): ReadonlyMap<string, LabelsOfRun> {
    return rewardModelLabels(this.project, (run) => {
      const { id } = run.manifest;
      const labels = this.kept.get(id) ?? labelsOfRun(run);
      this.kept.set(id, labels);
      return labels;
    });
  }
}
