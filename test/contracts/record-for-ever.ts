import { createRunStore } from "../../src/store/open-run.ts";
import { CONFIG, stepMetrics, stepRollouts } from "./run-samples.ts";

/** A process to be killed: records steps in the folder that it is given, and says the number of each. */
const store = createRunStore(process.argv[2] as string, CONFIG);
store.recordState("started");
for (let step = 1; step < 100_000; step++) {
  store.recordStep(step, stepMetrics(step), stepRollouts(step));
  process.stdout.write(`${step}\n`);
}
