import type { PreflightEvent } from "./compositions.ts";
import { megabytes, percent } from "../text/format.ts";
import { memoryText } from "../training/check-memory.ts";
import { printable } from "../text/printable.ts";

/** The preflight in two lines: what the base does, and whether it will learn. */
export function preflightText(event: PreflightEvent): string {
  const facts = [
    `solves ${percent(event.passRate)}`,
    `keeps the format in ${percent(event.formatRate)}`,
    `is cut at the length limit in ${percent(event.truncatedShare)}`,
  ].join(", ");
  const advice = event.advice === "" ? "" : `: ${printable(event.advice)}`;
  return [
    `Preflight on ${event.problems} problems: the base ${facts}.`,
    `${percent(event.signalShare)} of groups will carry signal; the run will take about ${megabytes(event.memory.total)} of memory (${memoryText(event.memory)}).`,
    `Verdict: ${event.verdict}${advice}`,
  ].join("\n");
}
