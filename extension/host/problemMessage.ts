import { window } from "vscode";
import type { Problem } from "../protocol/problem";
import type { Host } from "./host";
import { messageText } from "./messageText";
import { problemText, t } from "./text";

/** Says a problem in one message, its first sentence at least, and offers the log, which has all of it. */
export async function showProblem({ log }: Host, { message }: Problem): Promise<void> {
  log.error(message);
  const [first, ...more] = message.split("\n");
  const said = problemText(first);
  const text = more.length > 0 ? t("{0} ({1} more in the log)", said, more.length) : said;
  const showLog = t("Show Log");
  if ((await window.showErrorMessage(messageText(text), showLog)) === showLog) log.show();
}
