import { ProgressLocation, window, type CancellationToken } from "vscode";
import { isProblem, type Problem } from "../../protocol/problem";
import { callCli, type CliLine } from "../cliProcess";
import { mayStartProcesses } from "../givenProject";
import type { Host } from "../host";
import { messageText } from "../messageText";
import { consentText, progressText, readPlan, readResult, resultText, type FreshSetup } from "../nativeSetup";
import { showProblem } from "../problemMessage";
import { problemText, t } from "../text";
import { tellWalkthrough } from "../walkthrough";

/** Sets TensorFlow up as the native backend by the command line: what it would do is asked first, and done once the person agrees. */
export async function setUpNativeBackend(host: Host): Promise<void> {
  if (!(await mayStartProcesses())) return;
  const title = t("Setting up the native backend");
  const found = await call(host, title, ["--plan"]);
  const plan = isProblem(found) ? found : readPlan(found);
  if (isProblem(plan)) return await sayWhyNot(host, plan);
  if (plan.state === "package")
    return void window.showInformationMessage(
      t("The npm package's own binary works: there is nothing to set up."),
    );
  if (plan.state === "new" && !(await isAgreed(plan.setup))) return;
  // What was agreed to and nothing else: a source that vanished meanwhile is a problem, no reason to take another one.
  const words = plan.state === "new" ? ["--from", plan.setup.route, "--yes"] : [];
  const ended = await call(host, title, words);
  const result = isProblem(ended) ? ended : readResult(ended);
  if (isProblem(result)) return await sayWhyNot(host, result);
  tellWalkthrough({ "rlhf.did.native": true });
  void window.showInformationMessage(messageText(resultText(result)));
}

/** A call of the command line, with its progress and a way to stop it. */
async function call({ log }: Host, title: string, words: readonly string[]): Promise<CliLine | Problem> {
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  const { result } = await window.withProgress(options, (progress, cancel: CancellationToken) =>
    callCli({
      words: ["setup-native", ...words],
      cancel,
      onError: (line) => log.info(line),
      onLine: (line) => {
        const message = progressText(line);
        if (message !== null) progress.report({ message });
      },
    }),
  );
  return result;
}

async function isAgreed(setup: FreshSetup): Promise<boolean> {
  const agree = setup.route === "wheel" ? t("Download and Set Up") : t("Set Up");
  const question = t("Set up TensorFlow {0} as the native backend?", setup.version);
  const options = { modal: true, detail: consentText(setup) };
  return (await window.showInformationMessage(question, options, agree)) === agree;
}

/** What a person stopped is no failure. */
async function sayWhyNot(host: Host, problem: Problem): Promise<void> {
  if (problem.problem !== "interrupted") return await showProblem(host, problem);
  host.log.info(problem.message);
  void window.showInformationMessage(problemText(problem.message));
}
