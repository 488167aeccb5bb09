import type { PlannedStage } from "./compositions.ts";
import { columns, duration, indented } from "../text/format.ts";

/** A plan in plain words: every stage with its state and its cost, and what is left to do. */
export function planText(stages: readonly PlannedStage[]): string {
  const rows = stages.map(({ name, title, state, expectedSeconds, seconds }) => [
    state,
    name,
    title,
    state === "cached" ? `took ${duration(seconds)}` : `about ${duration(expectedSeconds)}`,
  ]);
  const left = stages.filter(({ state }) => state !== "cached");
  const time = left.reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
  const summary =
    left.length === 0
      ? "Everything is done."
      : `${left.length} of ${stages.length} stages are to be done, in about ${duration(time)} on two cores.`;
  return `${indented(columns(rows).join("\n"))}\n${summary}`;
}
