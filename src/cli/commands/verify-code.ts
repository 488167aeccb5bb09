import { show } from "../../errors.ts";
import type { CodeLanguage, CodeTests, StdioCase } from "../../records/execution.ts";
import { CODE_LANGUAGES } from "../../records/execution.ts";
import type { Executor } from "../../sandbox/executor.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { verdictReason } from "../../verifiers/verdict-score.ts";
import { failedLine, isScalar } from "./verify-line.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface CodeChecks {
  readonly runner: Executor;
  /** Of lines that say nothing. */
  readonly language: CodeLanguage;
}

/** What came of one line with a program and its tests; the line may be anything. */
export async function codeLineResult(line: string, place: number, { runner, language }: CodeChecks): Promise<object> {
  const parsed = foreignJson(place === 1 ? line.replace(/^\ufeff/, "") : line);
  if (parsed.expected !== undefined)
    return failedLine(null, place, `Expected ${parsed.expected}, got ${parsed.got ?? show(line)}.`);
  const fields = fieldsOf(parsed.value);
  if (fields === null)
    return failedLine(null, place, `Expected an object with "task" and "code", got ${show(parsed.value)}.`);
  const id = isScalar(fields["id"]) ? fields["id"] : null;
  const { code } = fields;
  if (typeof code !== "string") return failedLine(id, place, `Expected "code" to be a text, got ${show(code)}.`);
  const own = CODE_LANGUAGES.find((name) => name === fields["language"]);
  if (own === undefined && fields["language"] !== undefined)
    return failedLine(id, place, `Expected "language" to be python or javascript, got ${show(fields["language"])}.`);
  const tests = testsOf(fields["kind"], fieldsOf(fields["task"]) ?? {});
  if (typeof tests === "string") return failedLine(id, place, tests);
  const { verdict } = await runner.execute({ kind: "code", language: own ?? language, tests }, code);
  return { id, verdict: verdict.kind, reason: verdictReason(verdict) ?? "all tests passed" };
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** The tests of a line, or what is wrong with them. */
function testsOf(kind: unknown, task: Fields): CodeTests | string {
  if (kind === "function") {
    const { entry, test } = task;
    if (typeof entry === "string" && typeof test === "string") return { form: "check", entry, test };
    return `Expected "task" of a function to have texts "entry" and "test", got ${show(task)}.`;
  }
  if (kind !== "stdio") return `Expected "kind" to be function or stdio, got ${show(kind)}.`;
  const { cases } = task;
  if (Array.isArray(cases) && cases.every(isCase)) return { form: "stdio", cases };
  return `Expected "task" of the kind stdio to have "cases", each with texts "stdin" and "out", got ${show(task)}.`;
}

function isCase(value: unknown): value is StdioCase {
  const fields = fieldsOf(value);
  return typeof fields?.["stdin"] === "string" && typeof fields["out"] === "string";
}
