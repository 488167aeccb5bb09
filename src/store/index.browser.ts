export { diagnoseRun } from "./diagnose-run.ts";
export { openRunStore } from "./open-run.browser.ts";
export { summaryOf } from "./run-summary.ts";
export { runTaskOf, taskOfRun } from "./run-task.ts";
