import type { Stage } from "../protocol/runFormat";
import { runPick } from "./chooseRun";
import type { Host } from "./host";
import { offeredRuns, parentQuestions, type ParentQuestion } from "./parentQuestions";
import { back, pickStep, type StepItem } from "./pickStep";
import { isBroken } from "./runModel";
import { t } from "./text";
import { stageName } from "./words";

/**
 * Asks for the parents of a new run that there are several of; Enter takes the latest, which the command line would. Gives its options, none where
 * nothing had to be asked, and undefined when the person leaves.
 */
export async function chooseParents(
  host: Host,
  project: string,
  stage: Stage,
): Promise<readonly string[] | undefined> {
  const questions = parentQuestions(project, stage);
  const chosen: string[] = [];
  while (chosen.length < questions.length) {
    const question = questions[chosen.length];
    const answers = Object.fromEntries(chosen.map((id, i) => [questions[i].option, id]));
    const items = offeredRuns(question, answers).map((id, i) => parentItem(host, project, id, i === 0));
    const picked = await pickStep({
      title: t("Train {0}", stageName(stage)),
      step: chosen.length + 1,
      steps: questions.length,
      placeholder: questionText(question.option),
      items,
      active: items[0],
    });
    if (picked === undefined) return undefined;
    if (picked === back) chosen.pop();
    else chosen.push(picked);
  }
  return questions.flatMap(({ option }, i) => [option, chosen[i]]);
}

function questionText(option: ParentQuestion["option"]): string {
  switch (option) {
    case "--model":
      return t("Start from which SFT model?");
    case "--reward-model":
      return t("Score with which reward model?");
    case "--held-out-reward":
      return t("Measure with which other reward model, never rewarded?");
  }
}

function parentItem(host: Host, project: string, id: string, isLatest: boolean): StepItem<string> {
  const entry = host.runs.read(project, id);
  if (isBroken(entry)) return { label: id, value: id };
  const { label, description = "", detail = "" } = runPick(host, entry);
  return { label: isLatest ? t("Latest: {0}", label) : label, description, detail, value: id };
}
