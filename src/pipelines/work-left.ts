import { sumOf } from "../numbers/sum.ts";
import { duration } from "../text/format.ts";
import type { PlannedStage } from "./stage-runner.ts";

/** How much of a plan is left to do, in plain words. @param atOnce stages that go side by side */
export function workLeftText(plan: readonly PlannedStage[], atOnce: number = 1): string {
  const left = plan.filter(({ state }) => state !== "cached");
  if (left.length === 0) return "Everything is done.";
  const lanes = atOnce > 1 ? `, ${atOnce} at once` : "";
  const time = duration(sumOf(left, ({ expectedSeconds }) => expectedSeconds));
  return `${left.length} of ${plan.length} stages are to be done${lanes}, in about ${time} on two cores.`;
}
