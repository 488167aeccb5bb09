import { OptionError, show } from "../errors.ts";
import { CODE_LANGUAGES, type CodeExecution, type CodeLanguage, type CodeTests } from "../records/execution.ts";
import { foreignJson } from "../text/foreign-json.ts";
import type { GoldVerifier } from "./gold-verifier.ts";

/** What APPS' own harness imports before an answer that is called, numpy aside: answers for LeetCode count on it. */
const APPS_IMPORTS = `import bisect, collections, fractions, functools, heapq, itertools, math, operator, random, re, string, sys, time
from bisect import *
from collections import *
from functools import *
from heapq import *
from itertools import *
from math import ceil, cos, exp, fabs, floor, gcd, inf, log, log2, sin, sqrt, tan
from typing import *
`;

type Columns = Readonly<Record<string, unknown>>;

/** Cases under which an answer may well know them all. */
const FEW_CASES = 5;

/**
 * What is run to judge an answer, of the columns of HumanEval, MBPP, APPS, AceCode or CodeContests as one text of JSON.
 *
 * @throws OptionError naming the column that can't be read
 */
export function codeExecution(gold: string): CodeExecution {
  const { value, expected } = foreignJson(gold);
  if (expected !== undefined || typeof value !== "object" || value === null)
    throw new OptionError(`Expected tests as ${expected ?? "a JSON object"}, got ${show(gold)}.`);
  const columns = value as Columns;
  const language = languageOf(columns["language"]);
  if (columns["test_list"] !== undefined) return { kind: "code", language, tests: mbppTests(columns) };
  if (columns["input_output"] !== undefined) {
    const tests = appsTests(columns);
    return tests.form === "calls" && language === "python"
      ? { kind: "code", language, prelude: APPS_IMPORTS, tests }
      : { kind: "code", language, tests };
  }
  if (columns["test_cases"] !== undefined)
    return { kind: "code", language, tests: { form: "asserts", setup: "", asserts: textsOf(columns, "test_cases") } };
  if (columns["public_tests"] !== undefined) return { kind: "code", language, tests: contestTests(columns) };
  const prompt = columns["prompt"] === undefined ? "" : textOf(columns, "prompt");
  const tests = { form: "check", entry: textOf(columns, "entry_point"), test: textOf(columns, "test") } as const;
  // HumanEval's prompt is a program, if one without an end; that of other languages is none.
  return language === "python" ? { kind: "code", language, prelude: prompt, tests } : { kind: "code", language, tests };
}

function languageOf(value: unknown): CodeLanguage {
  if (value === undefined || value === null) return "python";
  const name = show(value)
    .replace(/"/g, "")
    .toLowerCase()
    .replace(/^py(thon)?3?$/, "python")
    .replace(/^js$/, "javascript");
  const known = CODE_LANGUAGES.find((language) => language === name);
  if (known !== undefined) return known;
  throw new OptionError(`Expected "language" to be one of ${CODE_LANGUAGES.join(", ")}, got ${show(value)}.`);
}

function mbppTests(columns: Columns): CodeTests {
  const setup = [...optionalTexts(columns, "test_imports"), ...optionalTexts(columns, "test_setup_code")].join("\n");
  return { form: "asserts", setup, asserts: textsOf(columns, "test_list") };
}

function appsTests(columns: Columns): CodeTests {
  const given = columns["input_output"];
  const found: unknown = typeof given === "string" ? foreignJson(given).value : given;
  if (typeof found !== "object" || found === null || Array.isArray(found)) throw unreadable("input_output", given);
  const { inputs, outputs, fn_name: name } = found as Columns;
  if (!Array.isArray(inputs) || !Array.isArray(outputs) || inputs.length !== outputs.length || inputs.length === 0)
    throw new OptionError('Expected "input_output" to have as many "outputs" as "inputs", and some, got others.');
  if (typeof name !== "string" || name === "") {
    const cases = inputs.map((input, place) => ({ stdin: linesOf(input), out: linesOf(outputs[place]) }));
    return { form: "stdio", cases };
  }
  // Some of the problems of APPS put each result in a list of its own.
  const wrapped = outputs.every((output) => Array.isArray(output) && output.length === 1);
  const cases = inputs.map((args: unknown, place) => {
    if (!Array.isArray(args)) throw unreadable("input_output", args);
    const output: unknown = outputs[place];
    return { args, result: wrapped ? (output as readonly unknown[])[0] : output };
  });
  return { form: "calls", entry: name, cases };
}

/** CodeContests: inputs and outputs side by side. */
function contestTests(columns: Columns): CodeTests {
  const given = columns["public_tests"];
  if (typeof given !== "object" || given === null) throw unreadable("public_tests", given);
  const { input: inputs, output: outputs } = given as Columns;
  return appsTests({ input_output: { inputs, outputs } });
}

/** A text, or its lines. */
function linesOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((line) => typeof line === "string")) return `${value.join("\n")}\n`;
  throw unreadable("input_output", value);
}

function textOf(columns: Columns, name: string): string {
  const value = columns[name];
  if (typeof value === "string" && value.trim() !== "") return value;
  throw unreadable(name, value);
}

function textsOf(columns: Columns, name: string): string[] {
  const value = columns[name];
  if (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string")) return value;
  throw unreadable(name, value);
}

function optionalTexts(columns: Columns, name: string): string[] {
  const value = columns[name] ?? "";
  if (Array.isArray(value) && value.length === 0) return [];
  return typeof value === "string" ? [value].filter((text) => text !== "") : textsOf(columns, name);
}

function unreadable(name: string, value: unknown): OptionError {
  return new OptionError(`Expected ${show(name)} to hold tests, got ${show(value)}.`);
}

/** Golds that are tests: they are read here, and run in a sandbox only. */
export const CODE_GOLDS: GoldVerifier = {
  verify: (gold, answer) =>
    gold === answer ? { kind: "right" } : { kind: "unverifiable", reason: "a program is run to be judged" },
  checkGold(gold) {
    try {
      codeExecution(gold);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  },
};

/** Cases that an answer is run on; for a test in source, its assertions. */
export function caseCount({ tests }: CodeExecution): number {
  switch (tests.form) {
    case "check":
      return tests.test.match(/\bassert\b/g)?.length ?? 0;
    case "asserts":
      return tests.asserts.length;
    case "checker":
      return tests.inputs.length;
    case "calls":
    case "stdio":
      return tests.cases.length;
  }
}

/** How many cases problems have, and a warning where that is few: a sentence each. */
export function fewCases(golds: readonly string[]): string[] {
  const counts = golds.map((gold) => caseCount(codeExecution(gold))).toSorted((a, b) => a - b);
  if (counts.length === 0) return [];
  const said = `Hidden test cases of a problem: ${counts[counts.length >> 1]} in the middle, from ${counts[0]} to ${counts.at(-1)}.`;
  const few = counts.filter((count) => count < FEW_CASES).length;
  return few === 0
    ? [said]
    : [
        said,
        `${few} of ${counts.length} problems have fewer than ${FEW_CASES} test cases: an answer may know them instead of solving the problem.`,
      ];
}
