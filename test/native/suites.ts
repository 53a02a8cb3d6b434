// The suites that hold on TensorFlow as they do on wasm, every compiled step of them compared with the step run operation by operation.
import { failOnRefusedSteps } from "../support/refusedSteps";
import "../tensor/goldenNumbers.test";
import "../tensor/goldenGpt.test";
import "../tensor/losses.test";
import "../tensor/optimizer.test";
import "../tensor/sampler.test";
import "../tensor/languageModel.test";
import "../tensor/tokenTerms.test";
import "../tensor/trainers.test";
import "../tensor/ppoInvariants.test";

failOnRefusedSteps("first");
