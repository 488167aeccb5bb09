export {
  ADAMW_DEFAULTS,
  adamWUpdate,
  createAdamWState,
  type AdamWOptions,
  type AdamWState,
  type AdamWStep,
  type DecayRange,
} from "./adamw.ts";
export { clipFactor, globalNorm } from "./global-norm.ts";
export { cosineSchedule, linearSchedule, type Schedule } from "./schedule.ts";
