import type { PreflightEvent } from "./compositions.ts";
import { indented, megabytes, percent, unjudgedText } from "../text/format.ts";
import { memoryText } from "../training/check-memory.ts";
import { printable, printableLine } from "../text/printable.ts";

/** The preflight in words: what the base does, two of its completions, and whether it will learn. */
export function preflightText(event: PreflightEvent): string {
  const facts = [
    `solves ${percent(event.passRate)}`,
    `keeps the format in ${percent(event.formatRate)}`,
    `is cut at the length limit in ${percent(event.truncatedShare)}`,
  ].join(", ");
  const unjudged = unjudgedText(event.unverifiable);
  const advice = event.advice === "" ? "" : `: ${printable(event.advice)}`;
  return [
    `Preflight on ${event.problems} problems: the base ${facts}.`,
    ...(unjudged === "" ? [] : [`Of its answers ${printableLine(unjudged)}.`]),
    ...event.completions.map(completionText),
    `${percent(event.signalShare)} of groups will carry signal${memoryWords(event.memory)}.`,
    `Verdict: ${event.verdict}${advice}`,
  ].join("\n");
}

function memoryWords(memory: PreflightEvent["memory"]): string {
  if (memory === null) return "";
  const onDevice = memory.device === undefined ? "" : `, and about ${megabytes(memory.device)} of the device's`;
  return `; the run will take about ${megabytes(memory.total)} of memory (${memoryText(memory)})${onDevice}`;
}

function completionText({ question, text, outcome }: PreflightEvent["completions"][number]): string {
  return `  ${printableLine(question)}\n${indented(printable(text), "    | ")}\n    ${printableLine(outcome)}`;
}
