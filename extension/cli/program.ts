import { Command } from "commander";
import { registerAgreement } from "./agreementCommand";
import { registerAssign } from "./assignCommand";
import { registerBench } from "./benchCommand";
import { registerBranch } from "./branchCommand";
import { registerChat } from "./chatCommand";
import { registerCheck } from "./checkCommand";
import { registerDoctor } from "./doctorCommand";
import { registerSetupNative } from "./setupNativeCommand";
import { registerExport } from "./exportCommand";
import { registerGenerate } from "./generateCommand";
import { addGlobalFlags } from "./globalFlags";
import { registerImport } from "./importCommand";
import { registerInspect } from "./inspectCommand";
import { registerNew } from "./newCommand";
import type { OpenOutput } from "./output";
import { registerPipeline } from "./pipelineCommand";
import { registerProbe } from "./probeCommand";
import { registerReport } from "./reportCommand";
import { registerResume } from "./resumeCommand";
import { registerRuns } from "./runsCommand";
import { registerScore } from "./scoreCommand";
import { registerSelfcheck } from "./selfcheckCommand";
import { registerShow } from "./showCommand";
import { registerSimulateLabels } from "./simulateLabelsCommand";
import { registerStageCommands } from "./stageCommands";
import { registerTrial } from "./trialCommand";
import { codeVersion } from "./version";

/** The whole command line. Wrong use throws CommanderError instead of ending the process. */
export function createProgram(openOutput: OpenOutput): Command {
  const program = new Command("rlhf")
    .description(
      "The whole InstructGPT pipeline: demonstrations, rankings, SFT, reward model, PPO and PPO-ptx.",
    )
    .version(codeVersion)
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride();
  addGlobalFlags(program);
  registerNew(program, openOutput);
  registerImport(program, openOutput);
  registerCheck(program, openOutput);
  registerGenerate(program, openOutput);
  registerChat(program, openOutput);
  registerScore(program, openOutput);
  registerInspect(program, openOutput);
  registerProbe(program, openOutput);
  registerSimulateLabels(program, openOutput);
  registerAssign(program, openOutput);
  registerAgreement(program, openOutput);
  registerStageCommands(program, openOutput);
  registerPipeline(program, openOutput);
  registerRuns(program, openOutput);
  registerShow(program, openOutput);
  registerResume(program, openOutput);
  registerBranch(program, openOutput);
  registerReport(program, openOutput);
  registerExport(program, openOutput);
  registerDoctor(program, openOutput);
  registerSetupNative(program, openOutput);
  registerSelfcheck(program, openOutput);
  registerBench(program, openOutput);
  registerTrial(program, openOutput);
  return program;
}
