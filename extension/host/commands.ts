import { commands, type Disposable } from "vscode";
import { Problem } from "../protocol/problem";
import { openBlindAb, openChat } from "./chatPanel";
import { adjudicate, showAgreement } from "./commands/agreement";
import { assignLabels } from "./commands/assign";
import { branchFromCheckpoint, rollBack } from "./commands/branch";
import { compareRuns } from "./commands/compare";
import * as control from "./commands/control";
import { deleteRun } from "./commands/deleteRun";
import { showDoctor } from "./commands/doctor";
import { exportEvents } from "./commands/exportEvents";
import { exportLabels } from "./commands/exportLabels";
import { exportModel } from "./commands/exportModel";
import { exportReport } from "./commands/exportReport";
import { importData } from "./commands/importData";
import { newProject } from "./commands/newProject";
import { rankResponses } from "./commands/rank";
import { openPipelineReport, openReport } from "./commands/report";
import { setUpNativeBackend } from "./commands/setUpNative";
import { evaluate, generateResponses, runPipeline, trainStage } from "./commands/train";
import { inDemonstrations, writeDemonstrations } from "./demonstrationsPanel";
import { firstUse } from "./firstUse";
import { checkData } from "./commands/checkData";
import { clearFilter, filterRuns, sortRuns } from "./commands/explorer";
import { copyRunLink, renameRun, setBaseline, starRun, tagRun } from "./commands/marks";
import type { Host } from "./host";
import { showMetrics } from "./metricsPanel";
import { showProblem } from "./problemMessage";
import { showRollouts } from "./rolloutsPanel";
import { inspectRewards } from "./rewardPanel";
import { openWalkthrough } from "./walkthrough";

/** What a command is called with: the tree item it was chosen on, a link's or lens's words, or nothing. */
export type CommandBody = (host: Host, ...given: readonly unknown[]) => unknown;

/** The commands of the palette and the menus by id; package.json lists the same ones, and a test compares both. */
const bodies: Readonly<Record<string, CommandBody>> = {
  "rlhf.newProject": newProject,
  "rlhf.importData": importData,
  "rlhf.runPipeline": runPipeline,
  "rlhf.pretrain": trainStage("pretrain"),
  "rlhf.trainSft": trainStage("sft"),
  "rlhf.trainRewardModel": trainStage("rm"),
  "rlhf.trainPpo": trainStage("ppo"),
  "rlhf.evaluate": evaluate,
  "rlhf.generateResponses": generateResponses,
  "rlhf.rankResponses": rankResponses,
  "rlhf.showAgreement": showAgreement,
  "rlhf.adjudicate": adjudicate,
  "rlhf.assignLabels": assignLabels,
  "rlhf.writeDemonstrations": writeDemonstrations,
  "rlhf.demonstrations.save": inDemonstrations("save"),
  "rlhf.demonstrations.next": inDemonstrations("next"),
  "rlhf.demonstrations.previous": inDemonstrations("previous"),
  "rlhf.showMetrics": showMetrics,
  "rlhf.showRollouts": showRollouts,
  "rlhf.inspectRewards": inspectRewards,
  "rlhf.openReport": openReport,
  "rlhf.openPipelineReport": openPipelineReport,
  "rlhf.compareRuns": compareRuns,
  "rlhf.pause": control.pauseRun,
  "rlhf.resume": control.resumeRun,
  "rlhf.stop": control.stopRun,
  "rlhf.saveCheckpoint": control.saveCheckpoint,
  "rlhf.changeHyperparameter": control.changeHyperparameter,
  "rlhf.moveUpInQueue": control.moveUpInQueue,
  "rlhf.removeFromQueue": control.removeFromQueue,
  "rlhf.branch": branchFromCheckpoint,
  "rlhf.rollBack": rollBack,
  "rlhf.deleteRun": deleteRun,
  "rlhf.checkData": checkData,
  "rlhf.starRun": starRun,
  "rlhf.setBaseline": setBaseline,
  "rlhf.renameRun": renameRun,
  "rlhf.tagRun": tagRun,
  "rlhf.copyRunLink": copyRunLink,
  "rlhf.filterRuns": filterRuns,
  "rlhf.clearFilter": clearFilter,
  "rlhf.sortRuns": sortRuns,
  "rlhf.chat": openChat,
  "rlhf.blindAb": openBlindAb,
  "rlhf.exportModel": exportModel,
  "rlhf.exportLabels": exportLabels,
  "rlhf.exportReport": exportReport,
  "rlhf.exportEvents": exportEvents,
  "rlhf.doctor": showDoctor,
  "rlhf.setUpNative": setUpNativeBackend,
  "rlhf.showLog": ({ log }) => log.show(),
  "rlhf.openWalkthrough": openWalkthrough,
};

export function registerCommands(host: Host): Disposable[] {
  return Object.entries(bodies).map(([id, body]) =>
    commands.registerCommand(id, async (...given: readonly unknown[]) => {
      firstUse(host);
      try {
        return await body(host, ...given);
      } catch (error) {
        // Such as a full disk: its message is a sentence.
        const message = error instanceof Error ? error.message : String(error);
        return await showProblem(host, new Problem("internal", message));
      }
    }),
  );
}
