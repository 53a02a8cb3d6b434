import { openStage } from "./stages/openStage";
import { trainerMain } from "./trainerMain";

/** The trainer process: `trainer.js --project DIR --run DIR`. */
void trainerMain(openStage, process.argv.slice(2));
