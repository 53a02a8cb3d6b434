import { Command } from "commander";
import { registerBranch } from "./branchCommand";
import { registerDoctor } from "./doctorCommand";
import { addGlobalFlags } from "./globalFlags";
import type { OpenOutput } from "./output";
import { registerResume } from "./resumeCommand";
import { registerRuns } from "./runsCommand";
import { registerSelfcheck } from "./selfcheckCommand";
import { registerShow } from "./showCommand";
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
  registerRuns(program, openOutput);
  registerShow(program, openOutput);
  registerResume(program, openOutput);
  registerBranch(program, openOutput);
  registerDoctor(program, openOutput);
  registerSelfcheck(program, openOutput);
  return program;
}
