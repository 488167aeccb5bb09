export { createArithmetic, type ArithmeticTask } from "./arithmetic/arithmetic.ts";
export { createBilingualCountdown, type BilingualTask } from "./bilingual/bilingual.ts";
export { createCountdown, type CountdownTask } from "./countdown/countdown.ts";
export { defineTask, type OwnProblem, type OwnTask } from "./define-task.ts";
export { loadTask } from "./load-task.ts";
export { findTask, TASK_NAMES } from "./registry.ts";
export {
  SPLITS,
  type Attempt,
  type CorpusDocument,
  type CorpusStatistic,
  type GeneralPrompts,
  type GateRule,
  type Probe,
  type Problem,
  type Split,
  type Task,
  type TaskCorpus,
  type TaskExample,
  type Verdict,
} from "./task.ts";
export { verifyWithDeadline } from "../judging/verify-with-deadline.ts";
