import { sumOf } from "../../numbers/sum.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import type { TestResult } from "./judge-tests.ts";
import { readJUnit } from "./read-junit.ts";

/** The documented formats in which test runners say what became of each test. */
export const REPORT_FORMATS = ["tap", "junit", "go", "go-json"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

const MOST_RESULTS = 100_000;

/**
 * The tests of a report that others wrote: only what the format itself says of a test counts, a line that looks like
 * it in the middle of what was printed doesn't. At most so many results are read; a report that says that it was broken
 * off has none.
 */
export function readResults(format: ReportFormat, text: string): readonly TestResult[] {
  return READERS[format](text).slice(0, MOST_RESULTS);
}

const READERS: Readonly<Record<ReportFormat, (text: string) => readonly TestResult[]>> = {
  tap: readTap,
  junit: readJUnit,
  go: readGo,
  "go-json": readGoJson,
};

const INDENT = 4;
const LONGEST_LINE = 10_000;
/** Subtests in each other, and characters of what a test is called with theirs: no task names one beyond. */
const DEEPEST = 64;
const LONGEST_NAME = 4000;
const SUBTEST = /^( *)# Subtest: (.*)$/;
const POINT = /^( *)(not )?ok\b(?: +\d+\b)?(?: - |- | |$)(.*)$/;

/**
 * TAP 12, 13 and 14 (testanything.org): a test of a subtest is called `outer > inner`, where the report says which
 * subtest it is in, by a comment before it or by braces. What is skipped or still to do is skipped.
 */
function readTap(text: string): readonly TestResult[] {
  const results: TestResult[] = [];
  const names: string[] = [];
  let details: number | undefined;
  for (const raw of text.split("\n")) {
    const line = raw.slice(0, LONGEST_LINE).trimEnd();
    const indent = line.length - line.trimStart().length;
    const rest = line.slice(indent);
    if (details !== undefined) {
      if (rest === "..." && indent === details) details = undefined;
      continue;
    }
    if (rest === "---") details = indent;
    if (line.startsWith("Bail out!")) return [];
    const depth = Math.floor(indent / INDENT);
    const subtest = SUBTEST.exec(line);
    const point = POINT.exec(line);
    if (depth > names.length || depth > DEEPEST) continue;
    if (subtest !== null) names.splice(depth, Infinity, unescaped(subtest[2]!));
    if (point === null) continue;
    const opens = line.endsWith(" {");
    const { name, skipped } = namedIn(opens ? point[3]!.slice(0, -2) : point[3]!);
    const outcome = point[2] === undefined ? "passed" : "failed";
    const path = [...names.slice(0, depth), name];
    if (sumOf(path, ({ length }) => length) <= LONGEST_NAME)
      results.push({ id: path.join(" > "), outcome: skipped ? "skipped" : outcome });
    // What follows is in it.
    if (opens) names.splice(depth, Infinity, name);
  }
  return results;
}

/** What stands before a comment; a comment may say that a test was skipped. */
function namedIn(description: string): { readonly name: string; readonly skipped: boolean } {
  const padded = ` ${description}`;
  const hash = padded.indexOf(" #");
  if (hash < 0) return { name: unescaped(description), skipped: false };
  return {
    name: unescaped(padded.slice(0, hash)),
    skipped: /^(skip|todo)/i.test(padded.slice(hash + 2).trimStart()),
  };
}

function unescaped(name: string): string {
  return name.replaceAll(/\\([#\\])/g, "$1").trim();
}

const GO_OUTCOMES: ReadonlyMap<unknown, TestResult["outcome"]> = new Map([
  ["pass", "passed"],
  ["fail", "failed"],
  ["skip", "skipped"],
]);

/** What `go test -v` prints: a test is called as Go does, `TestMean/of_two`. */
function readGo(text: string): readonly TestResult[] {
  return text.split("\n").flatMap((line) => {
    const found = /^ *--- (PASS|FAIL|SKIP): (\S+) \(\d+\.\d+s\)$/.exec(line);
    return found === null ? [] : [{ id: found[2]!, outcome: GO_OUTCOMES.get(found[1]!.toLowerCase())! }];
  });
}

/** What `go test -json` and `go tool test2json` print: `PACKAGE::TestMean/of_two`. */
function readGoJson(text: string): readonly TestResult[] {
  return text.split("\n").flatMap((line) => {
    const { value } = line.startsWith("{") ? foreignJson(line) : { value: undefined };
    const { Action: action, Package: of, Test: test } = (value ?? {}) as Readonly<Record<string, unknown>>;
    const outcome = GO_OUTCOMES.get(action);
    if (outcome === undefined || typeof test !== "string") return [];
    return [{ id: typeof of === "string" ? `${of}::${test}` : test, outcome }];
  });
}
