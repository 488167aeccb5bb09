import { show } from "../errors.ts";
import { columns, indented } from "../text/format.ts";
import { printableLine } from "../text/printable.ts";
import type { DataReport } from "./compositions.ts";

/** Characters of a question and of a gold on one line. */
const SHOWN = { question: 160, gold: 80, first: 200 } as const;

const PLACES: Readonly<Record<DataReport["reading"]["answerIn"], string>> = {
  tags: "inside <answer></answer>",
  boxed: "in the last \\boxed{}",
  hashes: "after ####",
  "answer-line": "after Answer:",
  json: "in a block of JSON",
  code: "in a block of code",
};

/** What was understood of some data, for a person. */
export function dataText(report: DataReport): string {
  const { reading, counts, splits, rows, warnings } = report;
  const form = `${report.formats.join(" and ")}${report.files > 1 ? `, ${report.files} files` : ""}`;
  const split = reading.splitColumn === null ? "" : `, split ${show(reading.splitColumn)}`;
  const parts = [
    [
      `${printableLine(report.data)}: ${form}, ${counts.rows} rows, ${counts.questions} questions.`,
      `Read as ${reading.shape}: question ${reading.question}, gold ${reading.gold}${split}.`,
      `Answers are compared as ${reading.kind} and stand ${PLACES[reading.answerIn]}.`,
    ],
    countLines(counts),
    [
      `Splits (${splits.rule}): train ${splits.train}, validation ${splits.validation}, heldOut ${splits.heldOut}.`,
      ...lengthLines(report),
    ],
    ["Rows, with the gold as read:", ...rows.map(({ question, gold }) => rowText(question, gold))],
    warnings.map((warning) => `Warning: ${printableLine(warning)}`),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function countLines(counts: DataReport["counts"]): string[] {
  const { damaged, leftOut, duplicates, contradictions, overlaps, goldsChecked } = counts;
  const reasons = [
    ...damaged.map(({ reason, count, first }) => [count, reason, first] as const),
    ...leftOut.map(({ reason, count, first }) => [count, reason, first] as const),
    [duplicates, "questions that came before, if in another dress", ""] as const,
    [contradictions, "questions with another gold elsewhere: none of these rows is used", ""] as const,
    [overlaps, "questions of one split that another one has too", ""] as const,
  ].filter(([count]) => count > 0);
  const checked =
    goldsChecked === 0 ? "Golds were not checked." : `${goldsChecked} golds were checked against themselves.`;
  if (reasons.length === 0) return [`No row was left out. ${checked}`];
  const lines = columns(
    reasons.map(([count, reason, first]) => [
      String(count),
      printableLine(first === "" ? reason : `${reason} (first: ${cut(first, SHOWN.first)})`),
    ]),
    [0],
  );
  return ["Left out:", ...lines.map((line) => indented(line)), checked];
}

function lengthLines({ lengths, questionTokens }: DataReport): string[] {
  const row = (name: string, { median, p95, longest }: DataReport["lengths"]["gold"], unit: string): string[] => [
    name,
    String(median),
    String(p95),
    String(longest),
    unit,
  ];
  return columns(
    [
      ["", "median", "95 % below", "longest", ""],
      row("question", lengths.question, "characters"),
      row("gold", lengths.gold, "characters"),
      ...(questionTokens === null ? [] : [row("question", questionTokens, "tokens")]),
    ],
    [1, 2, 3],
  );
}

function rowText(question: string, gold: string): string {
  return `  ${printableLine(cut(question, SHOWN.question))}\n    gold: ${printableLine(cut(gold, SHOWN.gold))}`;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 3)}...`;
}
