import type { PlannedStage } from "./compositions.ts";
import { workLeftText } from "../pipelines/work-left.ts";
import { columns, duration, indented } from "../text/format.ts";

/** A plan in plain words: every stage with its state and its cost, and what is left to do. */
export function planText(stages: readonly PlannedStage[]): string {
  const rows = stages.map(({ name, title, state, expectedSeconds, seconds }) => [
    state,
    name,
    title,
    state === "cached" ? `took ${duration(seconds)}` : `about ${duration(expectedSeconds)}`,
  ]);
  return `${indented(columns(rows).join("\n"))}\n${workLeftText(stages)}`;
}
