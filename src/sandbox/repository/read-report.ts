import { createHmac, timingSafeEqual } from "node:crypto";
import { foreignJson } from "../../text/foreign-json.ts";
import type { TestResult } from "../../tasks/repository/judge-tests.ts";

/** What a run reported. */
export interface TestReport {
  readonly results: readonly TestResult[];
  /** The runner itself was there: before that, nothing of the repository's has run. */
  readonly started: boolean;
  /** Tests that can only fail, without what their parameters add to their names. */
  readonly twins: readonly string[];
  /** It came to its end. */
  readonly complete: boolean;
  /** Lines that aren't the runner's own: something else wrote where only it may. */
  readonly foreign: number;
  /** Why test files couldn't be loaded, the first only. */
  readonly collectError: string | undefined;
}

interface Line {
  readonly kind?: unknown;
  readonly id?: unknown;
  readonly when?: unknown;
  readonly outcome?: unknown;
  readonly ids?: unknown;
  readonly text?: unknown;
  readonly n?: unknown;
}

const SIGNATURE = 64;

/** Reads the lines that were signed with this run's key, each in its place: none left out, none put in. */
export function readReport(text: string, key: Buffer): TestReport {
  const parts = new Map<string, string[]>();
  let [next, foreign, started, complete] = [0, 0, false, false];
  let collectError: string | undefined;
  let twins: readonly string[] = [];
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const record = complete ? undefined : signed(line, key);
    if (record === undefined || record.n !== next) {
      foreign++;
      continue;
    }
    next++;
    if (record.kind === "start") started = true;
    else if (record.kind === "twins" && Array.isArray(record.ids)) twins = record.ids.map(String);
    else if (record.kind === "end") complete = true;
    else if (record.kind === "collect") collectError ??= String(record.text);
    else if (typeof record.id === "string")
      parts.set(record.id, [...(parts.get(record.id) ?? []), `${String(record.when)} ${String(record.outcome)}`]);
  }
  const results = [...parts].flatMap(([id, phases]) => resultsOf(id, phases));
  return { results, started, twins, complete, foreign, collectError };
}

function signed(line: string, key: Buffer): Line | undefined {
  const body = line.slice(SIGNATURE + 1);
  const given = Buffer.from(line.slice(0, SIGNATURE), "hex");
  const right = createHmac("sha256", key).update(body).digest();
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const json = foreignJson(Buffer.from(body));
  return json.expected === undefined && typeof json.value === "object" && json.value !== null
    ? (json.value as Line)
    : undefined;
}

/** A test has passed where its call has, and nothing beside it went wrong; several calls are several results. */
function resultsOf(id: string, phases: readonly string[]): TestResult[] {
  const calls = phases.filter((phase) => phase.startsWith("call ")).length;
  const outcome = outcomeOf(phases, calls);
  return Array.from({ length: Math.max(1, calls) }, () => ({ id, outcome }));
}

function outcomeOf(phases: readonly string[], calls: number): TestResult["outcome"] {
  if (phases.some((phase) => phase.endsWith(" failed"))) return "failed";
  if (!phases.every((phase) => phase.endsWith(" passed"))) return "skipped";
  return calls === 0 ? "failed" : "passed";
}
