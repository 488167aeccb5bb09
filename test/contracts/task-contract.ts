import { corpusOf } from "../../src/pretraining/corpora.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMPACT_WORDS, SPECIAL_TOKENS, TAG_TOKENS } from "../../src/prompts/index.ts";
import { RandomStream, randomKey } from "../../src/random.ts";
import { SPLITS, type Problem } from "../../src/records/problem.ts";
import type { Verdict } from "../../src/records/verdict.ts";
import type { TaskCorpus } from "../../src/pretraining/task-corpus.ts";
import { type Task } from "../../src/tasks/task.ts";

const HOSTILE: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["10,000 open brackets", "(".repeat(10_000)],
  ["10,000 brackets, closed", `${"(".repeat(5000)}1${")".repeat(5000)}`],
  ["a huge number", "9".repeat(10_000)],
  ["a huge exponent", "1e999"],
  ["a huge product", "999999999 * 999999999 * 999999999"],
  ["repeated tags", "<answer> 1 </answer>".repeat(1000)],
  ["digits that aren't ASCII", "٣ + ４ * 𝟓"],
  ["two answers", "2 7"],
  ["NUL", "1\u0000 + 2"],
  ["half a character", "\ud800"],
  ["names of Object's own", "__proto__"],
  ["a call", "process.exit(1)"],
  ["1 MB of spaces", " ".repeat(1_000_000)],
  ["1 MB of digits and signs", "1+".repeat(500_000)],
];
const LONGEST_MS = 100;
const DOCUMENTS = 2000;
const NOT_NUMBERS = /[^\d.]+/;
/** Any text that JavaScript can hold, half characters included. */
const ANY_TEXT = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 60 })
  .map((codes) => String.fromCharCode(...codes));

/** What every task keeps. `remake` makes the task again from nothing. */
export function taskContract<Data>(remake: () => Task<Data>): void {
  describe("keeps the contract of tasks", () => {
    const task = remake();
    const all = SPLITS.flatMap((split) => task.problems(split));

    test("has train and heldOut problems, each in the split that it names", () => {
      expect(task.problems("train").length).toBeGreaterThan(0);
      expect(task.problems("heldOut").length).toBeGreaterThan(0);
      for (const split of SPLITS) expect(task.problems(split).every((problem) => problem.split === split)).toBe(true);
    });

    test("has ids and questions that come once, over all splits", () => {
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      expect(new Set(all.map(({ question }) => question)).size).toBe(all.length);
    });

    test("has difficulties from 0 to 1", () => {
      expect(all.filter(({ difficulty }) => !(difficulty >= 0 && difficulty <= 1))).toEqual([]);
    });

    test("is the same when made again", () => {
      const again = remake();
      for (const split of SPLITS) expect(again.problems(split)).toEqual(task.problems(split));
    });

    verifierContract(task, all[0]!);
    if (task.attempts !== undefined) {
      test("finds attempts in any text, without throwing", () => {
        fc.assert(fc.property(ANY_TEXT, (text) => Array.isArray(task.attempts!(text))));
      });
    }
    const corpus = corpusOf(task);
    if (corpus !== undefined) corpusContract(task, corpus);
  });
}

function verifierContract<Data>(task: Task<Data>, problem: Problem<Data>): void {
  const isVerdict = (verdict: Verdict): boolean =>
    verdict.kind === "right" || (verdict.kind !== "partly" && verdict.reason.length > 0);

  test("gives a verdict on any text, without throwing", async () => {
    const texts = fc.oneof(
      ANY_TEXT,
      fc.string({ unit: fc.constantFrom(..."-+*() 0123456789".split("")), maxLength: 40 }),
    );
    await fc.assert(fc.asyncProperty(texts, async (text) => isVerdict(await task.verify(problem, text))));
  });

  test.each(HOSTILE)("calls %s wrong, and soon", async (_name, text) => {
    const start = performance.now();
    expect(await task.verify(problem, text)).toMatchObject({ kind: "wrong" });
    expect(performance.now() - start).toBeLessThan(LONGEST_MS);
  });
}

function corpusContract<Data>(task: Task<Data>, corpus: TaskCorpus): void {
  const words = new Set([...corpus.vocabulary, ...COMPACT_WORDS, ...SPECIAL_TOKENS, ...TAG_TOKENS]);
  const unknown = (text: string): string[] => text.split(" ").filter((word) => !words.has(word));

  describe.each(corpus.variants)("makes documents (%s)", (variant) => {
    const random = new RandomStream(randomKey(5));
    const documents = Array.from({ length: DOCUMENTS }, () => corpus.document(variant, random));

    test("of problems of the corpus split, in words of the vocabulary", () => {
      const known = new Set(
        [...task.problems("corpus"), ...(task.general?.problems("corpus") ?? [])].map(({ id }) => id),
      );
      expect(documents.filter(({ problem }) => !known.has(problem.id))).toEqual([]);
      expect(
        documents.flatMap(({ problem, completion }) => unknown(`${problem.compactQuestion} ${completion}`)),
      ).toEqual([]);
    });

    test("with one answer each, right as often as the card says", async () => {
      const reasoning = new Set(task.problems("corpus").map(({ id }) => id));
      const verifiable = documents.filter(({ problem }) => reasoning.has(problem.id));
      const verdicts = await Promise.all(
        verifiable.map(async ({ problem, completion }) => {
          const answer =
            /^(?:<think> (?:(?!<\/?think>).)* <\/think> )?<answer> ((?:(?!<\/?answer>).)*) <\/answer>$/.exec(
              completion,
            )?.[1];
          expect(answer, completion).toBeDefined();
          return task.verify(problem as Problem<Data>, answer!);
        }),
      );
      const right = (100 * verdicts.filter(({ kind }) => kind === "right").length) / verifiable.length;
      const stated = corpus.describe?.(variant, DOCUMENTS).find(({ label }) => label === "right answers");
      // Two samples of 2,000: four standard errors of the difference are 6 points at most.
      if (stated !== undefined) expect(Math.abs(right - Number(stated.value.split(NOT_NUMBERS)[0]))).toBeLessThan(6);
    });

    test("that are the same for the same key", () => {
      const again = new RandomStream(randomKey(5));
      expect(Array.from({ length: 20 }, () => corpus.document(variant, again))).toEqual(documents.slice(0, 20));
    });
  });

  test("makes probes of every kind that the gate asks for, one word each", () => {
    const random = new RandomStream(randomKey(6));
    const probes = Array.from({ length: 300 }, () => corpus.probe(random));
    expect(new Set(probes.map(({ kind }) => kind))).toEqual(new Set(corpus.gate.map(({ kind }) => kind)));
    expect(
      probes.flatMap(({ problem, prefix, tokens }) =>
        unknown(`${problem.compactQuestion} ${prefix} ${tokens.join(" ")}`),
      ),
    ).toEqual([]);
    expect(probes.flatMap(({ tokens }) => tokens).filter((token) => token.includes(" "))).toEqual([]);
  });
}
