// The suites that hold on TensorFlow as they do on wasm. A graph that does not agree with its step run operation by operation fails them.
import { failOnRefusedSteps } from "../support/refusedSteps";
import "../tensor/goldenNumbers.test";
import "../tensor/goldenGpt.test";
import "../tensor/losses.test";
import "../tensor/ops.test";
import "../tensor/optimizer.test";
import "../tensor/sampler.test";
import "../tensor/stepArithmetic.test";
import "../tensor/runArithmetic.test";
import "../tensor/microbatches.test";
import "../tensor/languageModel.test";
import "../tensor/tokenTerms.test";
import "../tensor/trainers.test";
import "../tensor/trainerSchedules.test";
import "../tensor/ppoInvariants.test";
import "./checkedRuns";
import "./recordedRun";

failOnRefusedSteps("first");
