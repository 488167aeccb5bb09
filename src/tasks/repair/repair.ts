import type { Attempt } from "../../records/attempt.ts";
import type { CodeCall, CodeExecution } from "../../records/execution.ts";
import type { Problem } from "../../records/problem.ts";
import type { Verdict } from "../../records/verdict.ts";
import { bySplit } from "../by-split.ts";
import { applyLineEdits } from "../edits/line-edit.ts";
import type { Task } from "../task.ts";
import { triesBetweenVerdicts } from "../tries-between-verdicts.ts";
import { hiddenCases } from "./hidden-cases.ts";
import { repairProblems, type RepairData } from "./problems.ts";
import { REPAIR_TEMPLATES } from "./templates.ts";

/** What a trace may say before it tries again. */
export const REPAIR_REMARKS: readonly string[] = ["wait", "hmm", "but"];

const SECONDS = 1;
const SKIPPED: ReadonlySet<string> = new Set(REPAIR_REMARKS);

/**
 * Small functions in Python and JavaScript with one wrong line. The answer is the line and what it should be; the
 * function so repaired is run by hidden tests.
 */
export function createRepair(): Task<RepairData> {
  const problems = bySplit(repairProblems());
  const cases = new Map<string, CodeCall[]>();
  return {
    name: "repair",
    problems: (split) => problems[split],
    execution({ data }): CodeExecution {
      let own = cases.get(data.template);
      if (own === undefined) {
        own = hiddenCases(REPAIR_TEMPLATES.find(({ name }) => name === data.template)!);
        cases.set(data.template, own);
      }
      return {
        kind: "code",
        language: data.language,
        tests: { form: "calls", entry: data.template, cases: own },
        edits: data.source,
        seconds: SECONDS,
      };
    },
    verify: verifyRepair,
    attempts: repairAttempts,
    attemptIsRight: (problem, attempt) => verifyRepair(problem, attempt).kind === "right",
    answerKey: (answer) => answer.trim().replaceAll(/\s+/g, " "),
    reflectiveWords: REPAIR_REMARKS,
  };
}

/** What can be said without running anything: an edit that gives the function back as it was is right. */
function verifyRepair({ data }: Problem<RepairData>, answer: string): Verdict {
  const edited = applyLineEdits(data.source, answer);
  if ("wrong" in edited) return { kind: "wrong", reason: edited.wrong };
  if (edited.text === data.right) return { kind: "right" };
  return { kind: "unverifiable", reason: "only the hidden tests can tell, and they weren't run" };
}

function repairAttempts(thinking: string): Attempt[] {
  return triesBetweenVerdicts(thinking, SKIPPED, { accept: ["yes"], reject: ["no"], within: "=>" });
}
