import { expect, test } from "vitest";
import type { ParsedCompletion } from "../records/parsed-completion.ts";
import type { Problem } from "../records/problem.ts";
import {
  droppedText,
  filterCompletions,
  type TeacherCompletion,
  type DropReason,
  type FilterRules,
} from "./filter-completions.ts";

const problem = (id: string, changes: Partial<Problem> = {}): Problem => ({
  id,
  split: "train",
  question: id,
  compactQuestion: id,
  difficulty: 0,
  language: "en",
  data: null,
  ...changes,
});
const RULES: FilterRules = { longestTokens: 10, mostRepeats: 2, perProblem: 2 };
const parsed = (changes: Partial<ParsedCompletion> = {}): ParsedCompletion => ({
  thinking: "yes",
  answer: "1",
  wellFormed: true,
  reason: null,
  ...changes,
});
let made = 0;
const candidate = (changes: Partial<TeacherCompletion> = {}): TeacherCompletion => ({
  problem: problem("a"),
  prompt: "p",
  text: `text ${made++}`,
  length: 10,
  stop: "end",
  verdict: { kind: "right" },
  parsed: parsed(),
  ...changes,
});
const consistency = (text: string): number | null => {
  if (text === "") return null;
  return text.includes("二") ? 0.9 : 1;
};

function droppedFor(changes: Partial<TeacherCompletion>, rules: FilterRules = RULES): string {
  return droppedText(filterCompletions([candidate(changes)], rules).dropped);
}

test.each<[DropReason, Partial<TeacherCompletion>]>([
  ["wrong", { verdict: { kind: "wrong", reason: "13" } }],
  ["wrong", { verdict: { kind: "partly", score: 0.5 } }],
  ["unverifiable", { verdict: { kind: "unverifiable", reason: "timed out" } }],
  ["truncated", { stop: "length" }],
  ["malformed", { parsed: parsed({ wellFormed: false }) }],
  ["too long", { length: 11 }],
  ["repetitive", { text: "a b c d e f ".repeat(3) }],
  ["mixed language", { parsed: parsed({ thinking: "二 yes" }) }],
])("%s alone drops a completion, and counts before the rules after it", (reason, changes) => {
  const rules = { ...RULES, consistency };
  expect(droppedFor({}, rules)).toBe("nothing");
  expect(droppedFor(changes, rules)).toBe(`1 ${reason}`);
  if (reason !== "mixed language")
    expect(droppedFor({ parsed: parsed({ thinking: "二" }), ...changes }, rules)).toBe(`1 ${reason}`);
});

test("language counts only where it is asked for, the problem has one and the thinking has words", () => {
  expect(droppedFor({ parsed: parsed({ thinking: "二" }) })).toBe("nothing");
  const { language: _language, ...without } = problem("a");
  expect(droppedFor({ parsed: parsed({ thinking: "二" }), problem: without }, { ...RULES, consistency })).toBe(
    "nothing",
  );
  expect(droppedFor({ parsed: parsed({ thinking: null }) }, { ...RULES, consistency })).toBe("nothing");
});

test("each text once and the first ones by problem, not the shortest; input order stays", () => {
  const all = [
    candidate({ text: "long one", length: 10 }),
    candidate({ text: "long one" }),
    candidate({ problem: problem("b"), text: "long one" }),
    candidate({ text: "second", length: 9 }),
    candidate({ text: "third", length: 1 }),
    candidate({ text: "long one" }),
  ];
  const { kept, dropped } = filterCompletions(all, RULES);
  expect(kept).toEqual([all[0], all[2], all[3]]);
  expect(dropped).toMatchObject({ duplicate: 2, "more than enough": 1 });
});

test("every candidate is kept or counted once", () => {
  const all = [
    candidate(),
    candidate({ length: 99, parsed: parsed({ wellFormed: false }) }),
    candidate({ stop: "length", verdict: { kind: "wrong", reason: "cut" } }),
    candidate(),
    candidate(),
  ];
  const { kept, dropped } = filterCompletions(all, RULES);
  expect(kept.length + Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(all.length);
  expect(filterCompletions([], RULES).kept).toEqual([]);
});
