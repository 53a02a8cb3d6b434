import { QuickInputButtons, window, type QuickPickItem } from "vscode";

/** A person went back a step. */
export const back = Symbol("back");

export interface StepItem<T> extends QuickPickItem {
  readonly value: T;
}

export interface Step<T> {
  readonly title: string;
  readonly step: number;
  readonly steps: number;
  readonly placeholder: string;
  readonly items: readonly StepItem<T>[];
  /** The item that Enter takes. */
  readonly active?: StepItem<T> | undefined;
}

/** One step of a quick pick of several: what was picked, `back`, or undefined when a person leaves. */
export function pickStep<T>(given: Step<T>): Promise<T | typeof back | undefined> {
  const pick = window.createQuickPick<StepItem<T>>();
  pick.title = given.title;
  pick.step = given.step;
  pick.totalSteps = given.steps;
  pick.placeholder = given.placeholder;
  pick.items = given.items;
  pick.buttons = given.step > 1 ? [QuickInputButtons.Back] : [];
  pick.ignoreFocusOut = true;
  if (given.active) pick.activeItems = [given.active];
  return new Promise<T | typeof back | undefined>((resolve) => {
    pick.onDidTriggerButton(() => resolve(back));
    pick.onDidAccept(() => {
      if (pick.selectedItems.length > 0) resolve(pick.selectedItems[0].value);
    });
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  }).finally(() => pick.dispose());
}
