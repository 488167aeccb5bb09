import type { RunConfig } from "../records/run-event.ts";
import type { StepOf } from "./training-event.ts";

/** A run's device for those who follow its steps; nothing of the CPU. */
export function shownDevice({ device }: RunConfig): Pick<StepOf, "device"> {
  return typeof device === "string" && device !== "cpu" ? { device } : {};
}
