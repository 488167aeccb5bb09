import { show } from "../../errors.ts";
import type { Verdict } from "../../records/verdict.ts";

/** What became of one test; anything else than a plain pass is another word. */
export interface TestResult {
  readonly id: string;
  readonly outcome: "passed" | "failed" | "skipped";
}

/** What must come of the tests of one run. */
export interface ExpectedTests {
  readonly mustPass: readonly string[];
  /** A test with a name of this run's own that passes: it shows that the run's results were read. */
  readonly nonces: readonly string[];
  /** Tests that can only fail: a runner that lets them pass was tampered with. */
  readonly canaries: readonly string[];
}

/**
 * Decides by the names of tests, never by an exit code: each has passed and was reported once, and what had to fail
 * failed.
 */
export function judgeTests(results: readonly TestResult[], expected: ExpectedTests): Verdict {
  const found = new Map<string, TestResult["outcome"]>();
  const wanted = new Set([...expected.mustPass, ...expected.nonces, ...expected.canaries]);
  for (const { id, outcome } of results) {
    if (!wanted.has(id)) continue;
    if (found.has(id)) return wrong(`${show(id)} was reported twice`);
    found.set(id, outcome);
  }
  const passing = expected.canaries.filter((id) => found.get(id) === "passed");
  if (passing.length > 0) return wrong("a test that can only fail has passed: the runner was tampered with");
  const unread = [...expected.canaries, ...expected.nonces].filter((id) => !found.has(id));
  const missing = expected.mustPass.filter((id) => !found.has(id));
  if (missing.length > 0) return wrong(`${counted(missing)} never ran`);
  if (unread.length > 0) return wrong("tests that were laid over never ran: the runner was tampered with");
  if (expected.nonces.some((id) => found.get(id) !== "passed"))
    return wrong("a test that can only pass has failed: the runner was tampered with");
  const failing = expected.mustPass.filter((id) => found.get(id) !== "passed");
  return failing.length === 0 ? { kind: "right" } : wrong(`${counted(failing)} didn't pass`);
}

function wrong(reason: string): Verdict {
  return { kind: "wrong", reason };
}

function counted(ids: readonly string[]): string {
  return ids.length === 1 ? show(ids[0]) : `${show(ids[0])} and ${ids.length - 1} more tests`;
}
