import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { dataFile, jsonLines } from "../../test/contracts/data-files.ts";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { AhaError } from "../errors.ts";
import type { GoldVerifier } from "./gold-verifier.ts";
import { questionId } from "./normal-question.ts";
import { readProblems, type ProblemFile, type ReadProblemsOptions } from "./read-problems.ts";

/** Numbers by value; a gold that is none is refused, and 13 is never right. */
const NUMBER: GoldVerifier = {
  checkGold: (gold) => (Number.isNaN(Number(gold)) ? "no number" : null),
  verify: (gold, answer) =>
    Number(gold) === Number(answer) && gold !== "13" ? { kind: "right" } : { kind: "wrong", reason: "another number" },
};
const SLOW: GoldVerifier = { verify: async (gold, answer) => Promise.resolve(NUMBER.verify(gold, answer)) };

interface Row {
  readonly question: string;
  readonly answer: string;
  readonly split?: string;
}
const many = (count: number, first = 0): Row[] =>
  Array.from({ length: count }, (_, i) => ({ question: `What is ${first + i} + 1?`, answer: String(first + i + 1) }));

/** The questions of a split, in their order. */
async function questions(file: ProblemFile, split: keyof ProblemFile["indices"]): Promise<string[]> {
  const found = [];
  for (const index of file.indices[split]) found.push((await file.problem(index)).question);
  return found;
}

async function using<T>(
  source: string,
  options: ReadProblemsOptions,
  use: (file: ProblemFile) => T,
): Promise<Awaited<T>> {
  const file = await readProblems(source, options);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function failure(source: string, options: ReadProblemsOptions = {}): Promise<string> {
  const error = await readProblems(source, options).then(
    (file) => file.close(),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(AhaError);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
}

describe("splits", () => {
  test("by the hash of the question, which neither its dress nor other rows move", async () => {
    const rows = many(400);
    const splits = (file: ProblemFile): Promise<string[][]> =>
      Promise.all((["train", "validation", "heldOut"] as const).map((split) => questions(file, split)));
    const all = await using(dataFile("d.jsonl", jsonLines(...rows)), {}, async (file) => {
      expect(file.rule).toBe("by hash");
      return splits(file);
    });
    expect(all.flat().toSorted()).toEqual(rows.map(({ question }) => question).toSorted());
    const [train, validation, heldOut] = all as [string[], string[], string[]];
    expect(train.length).toBeGreaterThan(260);
    expect(validation.length).toBeGreaterThan(20);
    expect(heldOut.length).toBeGreaterThan(30);
    const dressed = rows.slice(100).map((row) => ({ ...row, question: ` ${row.question.toUpperCase()}` }));
    const again = await using(dataFile("e.jsonl", jsonLines(...dressed)), {}, splits);
    const ids = (of: readonly string[]): Set<string> => new Set(of.map(questionId));
    for (const [i, split] of again.entries())
      expect(split.filter((question) => !ids(all[i]!).has(questionId(question)))).toEqual([]);
  });

  test("the data's own: by a column, where a question of the test never is in train, whatever its dress", async () => {
    const rows = [
      { question: "What is 1,000 + 1?", answer: "1001", split: "train" },
      ...many(5).map((row) => ({ ...row, split: "train" })),
      { question: "what is 1000+1", answer: "1001", split: "test" },
      { question: "What is 70?", answer: "70", split: "dev" },
      { question: "WHAT IS 0+1", answer: "1", split: "test" },
    ];
    await using(dataFile("d.jsonl", jsonLines(...rows)), {}, async (file) => {
      expect(file.rule).toBe("the data's own");
      expect(await questions(file, "train")).toEqual(many(4, 1).map(({ question }) => question));
      expect((await questions(file, "heldOut")).toSorted()).toEqual(["WHAT IS 0+1", "what is 1000+1"]);
      expect(await questions(file, "validation")).toEqual(["What is 70?"]);
      expect(file.counts).toMatchObject({ rows: 9, overlaps: 2, duplicates: 0 });
    });
  });

  test("the data's own: by files of a folder", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "data"));
    writeFileSync(join(folder, "data", "train-0.jsonl"), jsonLines(...many(30)));
    writeFileSync(join(folder, "data", "train-1.jsonl"), jsonLines(...many(30, 30)));
    writeFileSync(join(folder, "data", "validation.jsonl"), jsonLines(...many(4, 100)));
    await using(folder, {}, async (file) => {
      expect(await questions(file, "train")).toHaveLength(60);
      // Without a test split, the one for choosing is what the end is measured on.
      expect(await questions(file, "heldOut")).toHaveLength(4);
      expect(file).toMatchObject({ files: 3, formats: ["JSONL"] });
    });
    expect(await failure(temporaryFolder())).toMatch(/files, got none/);
  });

  test("data to measure on, apart", async () => {
    const evaluation = dataFile("e.json", JSON.stringify([...many(3), { problem: "no column of these", answer: "1" }]));
    const path = dataFile("d.jsonl", jsonLines(...many(10)));
    expect(await failure(path, { evalData: evaluation })).toMatch(/at most 5 % of the rows .* got 1 of 14/);
    await using(path, { evalData: evaluation, skipUnreadable: true }, async (file) => {
      expect(file.rule).toBe("evaluation data apart");
      expect(await questions(file, "heldOut")).toEqual(many(3).map(({ question }) => question));
      expect(await questions(file, "train")).toEqual(many(7, 3).map(({ question }) => question));
      expect(file.counts.damaged).toMatchObject([{ reason: 'no text in "question"', count: 1 }]);
    });
  });

  test("one to twenty questions are trained and measured alike", async () => {
    for (const count of [1, 20])
      await using(dataFile("d.jsonl", jsonLines(...many(count))), {}, (file) => {
        expect(file.rule).toBe("the same questions for all");
        expect(file.indices.train).toHaveLength(count);
        expect(file.indices.heldOut).toEqual(file.indices.train);
      });
  });

  test("some dozens have questions on both sides, whatever their hashes", async () => {
    for (let first = 0; first < 40; first++)
      await using(dataFile("d.jsonl", jsonLines(...many(21, 100 * first))), {}, ({ indices, rule }) => {
        expect(rule).toBe("by hash");
        expect(Math.min(indices.train.length, indices.heldOut.length)).toBeGreaterThan(0);
        expect(indices.train.length + indices.validation.length + indices.heldOut.length).toBe(21);
      });
  });

  test("a test split alone is refused", async () => {
    const rows = many(30).map((row) => ({ ...row, split: "test" }));
    expect(await failure(dataFile("d.jsonl", jsonLines(...rows)))).toMatch(/got those of its test split alone/);
  });
});

describe("rows that repeat a question", () => {
  const rows = [
    ...many(30),
    { question: "WHAT is 3+1", answer: "4" },
    { question: "What is 4 + 1?", answer: "5.0" },
    { question: "What is 5 + 1?", answer: "7" },
    { question: "what is 5+1", answer: "6" },
  ];

  test("are left out and counted; two golds take a question out", async () => {
    await using(
      dataFile("d.jsonl", jsonLines(...rows)),
      { verifiers: { number: NUMBER }, skipUnreadable: true },
      (file) => {
        // 13 is never right, 4 and 5.0 come to what was there, 5 + 1 is out with all its three rows.
        expect(file.counts).toMatchObject({ rows: 34, duplicates: 2, contradictions: 3, overlaps: 0 });
        expect(file.index.used()).toHaveLength(30 - 1 - 1);
      },
    );
  });

  test("options in another order make no other question, and their letters no other gold", async () => {
    const rows = [
      { question: "Which is even?", choices: ["3", "4", "5"], answer: "B", split: "train" },
      { question: "Which is even?", choices: ["5", "3", "4"], answer: "C", split: "test" },
      { question: "Which is odd?", choices: ["3", "4", "6"], answer: "A", split: "train" },
      { question: "Which is odd?", choices: ["6", "3", "4"], answer: "A", split: "train" },
      { question: "Which is prime?", choices: ["8", "2"], answer: "B", split: "train" },
    ];
    await using(dataFile("choices.jsonl", jsonLines(rows)), {}, async (file) => {
      expect(file.reading.kind).toBe("choice");
      expect(file.counts).toMatchObject({ overlaps: 1, contradictions: 2 });
      expect(await questions(file, "train")).toEqual(["Which is prime?\nA) 8\nB) 2"]);
      expect(await questions(file, "heldOut")).toEqual(["Which is even?\nA) 5\nB) 3\nC) 4"]);
    });
  });

  test("without a verifier, golds that differ as texts contradict each other", async () => {
    await using(dataFile("d.jsonl", jsonLines(...rows)), {}, (file) =>
      expect(file.counts).toMatchObject({ duplicates: 1, contradictions: 5 }),
    );
  });
});

describe("damaged rows", () => {
  const damaged = jsonLines(...many(100), "{oops", { question: "no gold" }, { question: "Q", answer: "many" });

  test.each([
    ["at once", NUMBER],
    ["later", SLOW],
  ])("are counted and named, golds that can't be read %s among them", async (_when, number) => {
    await using(dataFile("d.jsonl", damaged), { verifiers: { number } }, (file) => {
      expect(file.counts.goldsChecked).toBe(101);
      expect(file.counts.damaged).toEqual(
        expect.arrayContaining([
          { reason: "no JSON", count: 1, first: expect.stringContaining("line 101 of") as string },
          { reason: 'no gold in "answer"', count: 1, first: expect.stringContaining("row 102 of") as string },
          {
            reason: "a gold that can't be read",
            count: 2,
            first: expect.stringMatching(
              /row 13 of ".*": "13", it is not right against itself: another number/,
            ) as string,
          },
        ]),
      );
      expect(file.index.used()).toHaveLength(99);
    });
  });

  test("over 5 % are an error, or left out", async () => {
    const path = dataFile("d.jsonl", jsonLines(...many(10), "{oops"));
    expect(await failure(path)).toMatch(
      /^Expected at most 5 % of the rows of ".*d\.jsonl" to be damaged, got 1 of 11, most with no JSON \(Expected line 11 of .*\); mend them, or leave them out with `skipUnreadable`\.$/,
    );
    await using(path, { skipUnreadable: true }, (file) => expect(file.index.used()).toHaveLength(10));
  });

  test("alone are an error", async () => {
    expect(await failure(dataFile("d.jsonl", "{oops\n"))).toMatch(/line 1 of .* to be JSON/);
    expect(
      await failure(dataFile("d.jsonl", jsonLines({ question: "q", answer: "13" })), { verifiers: { number: NUMBER } }),
    ).toMatch(/to have questions with golds, got 1 rows, 1 with a gold that can't be read/);
    expect(await failure(join(temporaryFolder(), "none.jsonl"))).toMatch(/it does not exist/);
  });

  test("a kind that nothing verifies is an error before rows are read", async () => {
    const path = dataFile("d.jsonl", jsonLines({ question: "q", answer: "word" }));
    expect(await failure(path, { verifiers: { number: NUMBER } })).toMatch(
      /verified as number, got the kind text; name another/,
    );
  });
});

test("the digest is that of the rows: it stays, and changes with a gold", async () => {
  const digest = (rows: readonly Row[]): Promise<string> =>
    using(dataFile("d.jsonl", jsonLines(...rows)), {}, (file) => file.digest);
  expect(await digest(many(3))).toMatch(/^[0-9a-f]{64}$/);
  expect(await digest(many(3))).toBe(await digest(many(3)));
  expect(await digest([...many(2), { question: "What is 2 + 1?", answer: "4" }])).not.toBe(await digest(many(3)));
});

test("Parquet with lists and parts in its columns, as verl writes it", async () => {
  const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;
  const schema = [
    { name: "root", num_children: 3 },
    { name: "prompt", repetition_type: "OPTIONAL", converted_type: "LIST", num_children: 1 },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
    { name: "role", ...text },
    { name: "content", ...text },
    { name: "reward_model", repetition_type: "OPTIONAL", num_children: 1 },
    { name: "ground_truth", ...text },
    { name: "extra_info", repetition_type: "OPTIONAL", num_children: 2 },
    { name: "split", ...text },
    { name: "index", type: "INT64", repetition_type: "OPTIONAL" },
  ] as NonNullable<Parameters<typeof parquetWriteBuffer>[0]["schema"]>;
  const rows = many(40);
  const columnData = [
    { name: "prompt", data: rows.map(({ question }) => [{ role: "user", content: question }]) },
    { name: "reward_model", data: rows.map(({ answer }) => ({ ground_truth: answer })) },
    { name: "extra_info", data: rows.map((_, i) => ({ split: i < 30 ? "train" : "test", index: BigInt(i) })) },
  ];
  const bytes = new Uint8Array(parquetWriteBuffer({ schema, columnData, rowGroupSize: 7 }));
  await using(dataFile("d.parquet", bytes), {}, async (file) => {
    expect(file.reading).toMatchObject({ shape: "verl or DAPO", splitColumn: "extra_info.split" });
    expect(file.reading.columns).toEqual(["prompt", "reward_model", "extra_info"]);
    expect(await questions(file, "heldOut")).toEqual(rows.slice(30).map(({ question }) => question));
  });
});

describe("hostile rows take time in proportion to their length", () => {
  const long = (text: string): string => text.repeat(Math.ceil(1_000_000 / text.length));
  test.each<[string, string]>([
    ["a gold of digits", jsonLines({ question: "q", answer: `${long("1")}x` })],
    ["a gold of brackets", jsonLines({ question: "q", answer: long("((") })],
    ["options without end", jsonLines({ question: long(" A. "), answer: "A" })],
    ["groups of digits", jsonLines({ question: `${long("123,")}1`, answer: "1" })],
    ["hashes and boxes", jsonLines({ question: "q", answer: `${long("#### \\boxed{")}1` })],
    ["tags", jsonLines({ question: "q", answer: long("<answer></think>") })],
    ["white space", jsonLines({ question: long(" \u00a0"), answer: long("\t\n") }, { question: "q", answer: "1" })],
    ["one answer within another", jsonLines({ question: "q", answer: long("a"), ground_truth: `${long("aaaa")}b` })],
    ["broken JSON", `${jsonLines({ question: "q", answer: "1" })}{,}${long(" ")}x\n`],
    ["a quote without end", `question,answer\n1,2\n"${long("x,\n")}`],
    ["many columns", jsonLines(Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`c${i}`, i])))],
  ])("%s", async (_name, content) => {
    const path = dataFile("d.csv", content);
    const started = performance.now();
    await readProblems(path, { skipUnreadable: true }).then(
      (file) => file.close(),
      (error: unknown) => expect(error).toBeInstanceOf(AhaError),
    );
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
