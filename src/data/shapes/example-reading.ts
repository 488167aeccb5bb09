import { OptionError, show } from "../../errors.ts";
import { shareOf } from "../../numbers/share.ts";
import type { DataRow } from "../rows/data-row.ts";
import { checkExample, fieldList, type SourceExample } from "../training-example.ts";
import { CHOICE_SHAPE } from "./choice-shape.ts";
import { isLeftOut, type Sample } from "./reading.ts";
import { turnsOf, valueAt, type DataTurn } from "./row-values.ts";

/** Which columns are learnt from; by their names where absent. */
export interface ExampleColumns {
  readonly question?: string;
  readonly completion?: string;
}

/** How rows are read as examples. */
export interface ExampleReading {
  /** In words: `turns in "messages"`. */
  readonly text: string;
  /** The columns at the top of a row that are read. */
  readonly columns: readonly string[];
  /** Whether prompts are written already. */
  readonly written?: boolean;
  /** The columns of what is asked and learnt, where they were told apart by name. */
  readonly question?: string;
  readonly completion?: string;
  /** @param where names the row in errors. @throws OptionError for a row that is no example */
  read(row: DataRow, where: string): SourceExample;
}

const CONVERSATIONS: readonly string[] = ["messages", "conversations", "conversation"];
/** What people call what is asked, and what is to be learnt, the surest names first. */
const QUESTIONS: readonly (readonly string[])[] = [
  ["question", "problem", "instruction", "query"],
  ["input", "text", "q", "task", "puzzle"],
];
const COMPLETIONS: readonly (readonly string[])[] = [
  ["completion", "response", "output", "solution", "canonical_solution", "code", "generation"],
  ["answer", "final_answer", "expected_answer", "ground_truth", "gold", "target", "label"],
  ["a", "result", "expected", "reference"],
];
/** The roles that every template knows. */
const KNOWN_ROLES: ReadonlySet<string> = new Set(["system", "user", "assistant"]);

/**
 * How rows are learnt from, by their columns: `prompt` and `completion` as texts or as messages, conversations,
 * instructions, questions with a solution or an answer. A `prompt` that is a text is learnt as it stands.
 *
 * @param name what messages call the data
 * @throws OptionError for rows of no such form, or of two
 */
export function exampleReading(rows: readonly DataRow[], name: string, given: ExampleColumns): ExampleReading {
  const counts = new Map<string, number>();
  for (const row of rows) for (const column of Object.keys(row)) counts.set(column, (counts.get(column) ?? 0) + 1);
  const columns = [...counts].filter(([, count]) => 2 * count >= rows.length).map(([column]) => column);
  const sample = { rows, columns };
  checkNamed(sample, name, given);
  const written = columns.includes("prompt") && columns.includes("completion");
  if (given.question === undefined && given.completion === undefined) {
    if (written && !hasTurns(sample, "prompt")) return AS_IT_STANDS;
    const turns = written ? undefined : CONVERSATIONS.find((column) => hasTurns(sample, column));
    if (turns !== undefined) return conversation(turns);
    const choice = written ? [] : CHOICE_SHAPE.readings(sample);
    if (choice.length === 1) return choiceReading(choice[0]!);
  }
  const question =
    given.question ?? (columns.includes("prompt") ? "prompt" : named(sample, QUESTIONS, name, "question"));
  const completion = given.completion ?? named(sample, COMPLETIONS, name, "completion");
  if (question !== undefined && completion !== undefined && question !== completion)
    return pairReading(question, completion, sample);
  // What is nearly right is told what it misses.
  if (columns.length === 0 || columns.includes("prompt") || columns.includes("completion")) return AS_IT_STANDS;
  throw unknownExamples(sample, name);
}

/** Prompts that are written already. */
const AS_IT_STANDS: ExampleReading = {
  text: '"prompt" and "completion"',
  columns: ["prompt", "completion", "problemId"],
  written: true,
  read: checkExample,
};

function hasTurns({ rows }: Sample, column: string): boolean {
  return shareOf(rows, (row) => turnsOf(valueAt(row, column)) !== null) > 0.5;
}

function checkNamed({ rows, columns }: Sample, name: string, given: ExampleColumns): void {
  for (const option of ["question", "completion"] as const) {
    const column = given[option];
    if (column === undefined || rows.some((row) => valueAt(row, column) !== undefined)) continue;
    throw new OptionError(
      `Expected \`${option}\` to name a column of ${show(name)}, got ${show(column)}; it has ${fieldList(columns)}.`,
    );
  }
}

/** The column of the surest names. @throws OptionError where several have such names and other texts */
function named(
  { rows, columns }: Sample,
  tiers: readonly (readonly string[])[],
  name: string,
  option: string,
): string | undefined {
  for (const names of tiers) {
    const found = columns.filter(
      (column) =>
        names.includes(column.toLowerCase()) && shareOf(rows, (row) => textOf(valueAt(row, column)) !== null) >= 0.5,
    );
    const [first, ...others] = found;
    if (first === undefined) continue;
    if (others.every((other) => rows.every((row) => textOf(row[other]) === textOf(row[first])))) return first;
    if (option === "question" && first === "instruction") return first;
    throw new OptionError(
      `Expected ${show(name)} to have one column to learn as the ${option}, got ${found.map((column) => show(column)).join(" and ")}; name one as \`${option}\`.`,
    );
  }
  return undefined;
}

/** The last turn of the assistant is learnt, after all that stands before it. */
function conversation(column: string): ExampleReading {
  return {
    text: `turns in ${show(column)}`,
    columns: [column, "system", "problemId"],
    read(row, where) {
      const turns = turnsOf(valueAt(row, column));
      if (turns === null)
        throw new OptionError(`Expected ${where} to have turns in ${show(column)}, got ${show(row[column])}.`);
      return fromTurns([...systemTurn(row), ...turns], row, where);
    },
  };
}

/** A question and what follows it, each a text or turns; an instruction has what it is about in `input`. */
function pairReading(question: string, completion: string, sample: Sample): ExampleReading {
  const about = question === "instruction" && sample.columns.includes("input") && completion !== "input";
  const asIs = question === "prompt" && !hasTurns(sample, "prompt");
  return {
    text: `${show(question)}${about ? ', "input" below it,' : ""} and ${show(completion)}`,
    question,
    completion,
    columns: [...new Set([question, completion, ...(about ? ["input"] : []), "system", "problemId"].map(topOf))],
    read(row, where) {
      const answer = valueAt(row, completion);
      const said = turnsOf(answer) ?? [{ role: "assistant", content: needed(answer, completion, where) }];
      const asked = valueAt(row, question);
      if (asIs) return { ...idOf(row), prompt: needed(asked, question, where), completion: said.at(-1)!.content };
      const extra = about ? textOf(row["input"]) : null;
      const written = (): string => `${needed(asked, question, where)}${extra === null ? "" : `\n\n${extra}`}`;
      const turns = turnsOf(asked) ?? [{ role: "user", content: written() }];
      return fromTurns([...systemTurn(row), ...turns, ...said], row, where);
    },
  };

  function topOf(column: string): string {
    return sample.columns.includes(column) ? column : column.split(".", 1)[0]!;
  }
}

/** A question with its options below it, and the letter of the right one. */
function choiceReading(reading: ReturnType<typeof CHOICE_SHAPE.readings>[number]): ExampleReading {
  return {
    text: `${reading.questionText} with its options, and the letter of the right one`,
    columns: reading.columns,
    read(row, where) {
      const read = reading.read(row);
      if (isLeftOut(read))
        throw new OptionError(`Expected ${where} to be a question with options, got ${read.leftOut}.`);
      return { prompt: [{ role: "user", content: read.question }], completion: read.gold };
    },
  };
}

function fromTurns(turns: readonly DataTurn[], row: DataRow, where: string): SourceExample {
  const strange = turns.find(({ role }) => !KNOWN_ROLES.has(role));
  if (strange !== undefined)
    throw new OptionError(
      `Expected the turns in ${where} to be of system, user and assistant, got one of ${show(strange.role)}; leave such conversations out, with \`skipUnreadable\` say.`,
    );
  const last = turns.findLastIndex(({ role }) => role === "assistant");
  const completion = turns[last]?.content ?? "";
  if (last < 0 || completion.trim() === "")
    throw new OptionError(`Expected ${where} to have a turn of the assistant with a text, got none to learn.`);
  const prompt = turns.slice(0, last);
  if (prompt.every(({ role }) => role === "system"))
    throw new OptionError(`Expected ${where} to have a turn of the user before the assistant's, got none.`);
  return { ...idOf(row), prompt, completion };
}

/** A system message in a column of its own, as some tools keep it. */
function systemTurn(row: DataRow): DataTurn[] {
  const system = row["system"];
  return typeof system === "string" && system.trim() !== "" ? [{ role: "system", content: system }] : [];
}

function idOf(row: DataRow): { readonly problemId?: string } {
  const id = row["problemId"];
  return typeof id === "string" ? { problemId: id } : {};
}

function needed(value: unknown, column: string, where: string): string {
  const text = textOf(value);
  if (text !== null) return text;
  throw new OptionError(
    `Expected ${show(column)} in ${where} to have a text, got ${show(value)}; fill it in, or leave the row out, with \`skipUnreadable\` say.`,
  );
}

/** A text as it stands, white space included; null for what has none. */
function textOf(value: unknown): string | null {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return value.trim() === "" ? null : value;
  const turns = turnsOf(value);
  return turns === null ? null : turns.at(-1)!.content;
}

function unknownExamples({ columns }: Sample, name: string): OptionError {
  const pairs = ["chosen", "rejected"].every((column) => columns.includes(column));
  const advice = pairs
    ? "a reward model learns from pairs, or name a column as `completion`"
    : "name two columns as `question` and `completion`";
  return new OptionError(
    `Expected ${show(name)} to have prompts with completions, conversations, or questions with answers, got ${fieldList(columns)}; ${advice}.`,
  );
}
