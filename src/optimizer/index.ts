export {
  ADAMW_DEFAULTS,
  adamWUpdate,
  createAdamWState,
  type AdamWOptions,
  type AdamWState,
  type AdamWStep,
  type DecayRange,
} from "./adamw.ts";
export { blockSquares, clipFactor, globalNorm, NORM_BLOCK, normOfSquares } from "./global-norm.ts";
export { cosineSchedule, linearSchedule, type Schedule } from "./schedule.ts";
