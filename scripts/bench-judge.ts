/**
 * Measures what judging costs with a verifier of one's own, best on a quiet machine:
 *
 *   npx tsx scripts/bench-judge.ts [--repeats 5] [--json]
 *
 * First the seconds of 20 verdicts of 0.5 s each by an asynchronous verifier. Then, by a synchronous and by an
 * asynchronous verifier, how much longer a verdict takes that is declined (unverifiable) than a plain one: medians of
 * pairs, which come one after the other, so that both have the same machine.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createJudge } from "../src/judging/create-judge.ts";
import type { JudgingOptions } from "../src/judging/judging-options.ts";
import { loadTask } from "../src/tasks/index.ts";
import { verdictReason } from "../src/verifiers/verdict-score.ts";
import { median } from "../src/numbers/metrics.ts";

const SLOW_VERDICTS = 20;
const SLOW_SECONDS = 0.5;
/** Verdicts of the comparison, asked one after the other. */
const QUICK_VERDICTS = 1000;

const { values } = parseArgs({ options: { repeats: { type: "string", default: "5" }, json: { type: "boolean" } } });
const repeats = Number(values.repeats);
if (!Number.isInteger(repeats) || repeats < 1) throw new Error("Expected --repeats to be an integer from 1 up.");

const folder = mkdtempSync(join(tmpdir(), "aha-bench-judge-"));
let modules = 0;

/** Seconds that a verifier takes for so many answers; its threads and its module are there before the clock begins. */
async function secondsOf(verify: string, count: number, options: Partial<JudgingOptions> = {}): Promise<number> {
  const path = join(folder, `task-${++modules}.mjs`);
  writeFileSync(
    path,
    `const problems = (split) => [{ id: split, split, question: "?", compactQuestion: "?", difficulty: 0, data: null }];
const verify = ${verify};
export default { name: "own", problems, verify: (problem, answer) => answer === "first" || verify(problem, answer) };
`,
  );
  const task = await loadTask(path);
  const judge = createJudge(task, path, options);
  const [problem] = task.problems("heldOut");
  const asked = (answer: string): Parameters<typeof judge.judge>[0][number] => ({
    problem: problem!,
    prompt: "",
    text: `<think> t </think> <answer>${answer}</answer>`,
    stop: "end",
  });
  try {
    await judge.judge([asked("first")]);
    const began = performance.now();
    const judged = await judge.judge(Array.from({ length: count }, (_, i) => asked(String(i))));
    const seconds = (performance.now() - began) / 1000;
    const failed = judged
      .map(({ verdict }) => verdictReason(verdict))
      .find((reason) => reason?.includes("verifier of"));
    if (failed !== undefined && failed !== null) throw new Error(`Expected every verdict in time: ${failed}.`);
    return seconds;
  } finally {
    await judge.stop();
  }
}

/** How much longer a declined verdict takes than a plain one. */
async function declinedRatio(around: (verdict: string) => string): Promise<{ plain: number; ratio: number }> {
  const plain: number[] = [];
  const ratios: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const one = { judges: 1 };
    plain.push(await secondsOf(around(`{ kind: "wrong", reason: "no" }`), QUICK_VERDICTS, one));
    const declined = await secondsOf(around(`{ kind: "unverifiable", reason: "no" }`), QUICK_VERDICTS, one);
    ratios.push(declined / plain.at(-1)!);
  }
  return { plain: (median(plain) / QUICK_VERDICTS) * 1e6, ratio: median(ratios) };
}

try {
  const slow: number[] = [];
  const verify = `() => new Promise((go) => setTimeout(() => go(true), ${SLOW_SECONDS * 1000}))`;
  for (let i = 0; i < repeats; i++) slow.push(await secondsOf(verify, SLOW_VERDICTS));
  const synchronous = await declinedRatio((verdict) => `() => (${verdict})`);
  const asynchronous = await declinedRatio((verdict) => `async () => (${verdict})`);
  const result = { slowSeconds: median(slow), slowWorst: Math.max(...slow), synchronous, asynchronous };
  if (values.json === true) console.log(JSON.stringify(result));
  else {
    const { slowSeconds, slowWorst } = result;
    console.log(
      `${SLOW_VERDICTS} verdicts of ${SLOW_SECONDS} s each: ${slowSeconds.toFixed(3)} s (worst of ${repeats}: ${slowWorst.toFixed(3)} s)`,
    );
    for (const [kind, { plain, ratio }] of Object.entries({ synchronous, asynchronous }))
      console.log(
        `a plain ${kind} verdict: ${plain.toFixed(0)} us; a declined one takes ${ratio.toFixed(2)} times as long`,
      );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
