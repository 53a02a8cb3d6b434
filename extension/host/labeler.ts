import { ConfigurationTarget, window, workspace } from "vscode";
import { t } from "./text";

/** The name that stands on this person's labels; "" until they have given one. */
export function labelerName(): string {
  const name = workspace.getConfiguration("rlhf").get<string>("labeler", "");
  return isSlug(name) ? name : "";
}

/** Asks once for the labeler's name and keeps it for this machine; undefined when they do not want to say. */
export async function askLabeler(): Promise<string | undefined> {
  const known = labelerName();
  if (known !== "") return known;
  const name = await window.showInputBox({
    title: t("Your name on labels"),
    prompt: t("It becomes part of file names; asked once, then kept in the setting rlhf.labeler."),
    validateInput: (text) =>
      isSlug(text) ? undefined : t("Lower-case letters and digits, with single hyphens between them."),
  });
  if (name === undefined) return undefined;
  await workspace.getConfiguration("rlhf").update("labeler", name, ConfigurationTarget.Global);
  return name;
}

const isSlug = (text: string): boolean => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
