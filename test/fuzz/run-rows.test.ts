import { join } from "node:path";
import { expect, test } from "vitest";
import { gatherReport } from "../../src/dashboard/report/gather-report.ts";
import { reportPage } from "../../src/dashboard/report/render-report.ts";
import { RunError } from "../../src/errors.ts";
import { metricsToCsv } from "../../src/export/metrics-csv.ts";
import { rolloutsToJsonl } from "../../src/export/rollouts-jsonl.ts";
import { parquetChunks } from "../../src/export/rollouts-parquet.ts";
import { metricsToTensorBoard } from "../../src/export/tensorboard.ts";
import { diagnoseRun, listRuns, openRunStore, type RunStore } from "../../src/store/index.ts";
import { openSqlite, type SqlValue } from "../../src/store/sqlite.ts";
import { CONFIG, EVALUATION, stepMetrics, stepRollouts } from "../contracts/run-samples.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { makeGoodRun } from "../hostile/make-hostile.ts";

/** What may stand in the place of any value of a JSON text. */
const ODD: readonly string[] = [
  "null",
  "true",
  '""',
  '"text"',
  "-1",
  "0.5",
  "1e308",
  "-1e308",
  "1e999",
  "9007199254740993",
  "[]",
  "{}",
  "[[]]",
  '{"toString":1}',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":1}}',
  `${"[".repeat(5000)}${"]".repeat(5000)}`,
  '"\\ud800"',
  '"\\u0000"',
];

/**
 * The JSON text with an odd value in the place of each field in turn, nested ones too; and the field left out, and one
 * more.
 */
function* oddTexts(value: unknown): Generator<string> {
  yield* ODD;
  yield* ["", "{", "nothing", "\u0000"];
  const MARK = "\u0001odd\u0001";
  for (const place of placesOf(value)) {
    const marked = JSON.stringify(withValue(value, place, MARK));
    for (const odd of ODD) yield marked.replace(JSON.stringify(MARK), () => odd);
    yield JSON.stringify(withValue(value, place, undefined));
  }
  if (typeof value === "object") for (const odd of ODD) yield `${JSON.stringify(value).slice(0, -1)},"later":${odd}}`;
}

function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [[...path, name], ...placesOf(item, [...path, name])]);
}

function withValue(value: unknown, [name, ...rest]: readonly string[], odd: unknown): unknown {
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[name!] = rest.length === 0 ? odd : withValue(copy[name!], rest, odd);
  return copy;
}

/** Numbers, texts and bytes in the place of a column's value. */
const ODD_VALUES: readonly SqlValue[] = [
  "",
  "text",
  "__proto__",
  "\u001b[2J",
  new Uint8Array([255, 254]),
  new Uint8Array(3),
  new Uint8Array(8),
  -1,
  0.5,
  1e308,
  2 ** 53,
  "x".repeat(5000),
];

const READERS: readonly ((store: RunStore) => unknown)[] = [
  (store) => store.state,
  (store) => store.states(),
  (store) => store.lastStep(),
  (store) => store.metrics(),
  (store) => store.fitMetrics(),
  (store) => store.secondsOfSteps(),
  (store) => store.evaluations(),
  (store) => store.lastEvaluation("before"),
  (store) => store.stepJson(2),
  (store) => [...store.rollouts()],
  (store) => [...store.watched()],
  (store) => store.countRollouts({ verdict: "right" }),
  (store) => store.scanRollouts({ step: -1, problemIndex: -1, sample: -1 }, 100),
  (store) => store.completionStart({ step: 2, problemIndex: 0, sample: 0 }, 10),
  (store) => store.promptStart({ step: 2, problemIndex: 0, sample: 0 }, 10),
  (store) => store.contentDigest(),
  (store) => metricsToCsv(store),
  (store) => metricsToTensorBoard(store),
  (store) => [...rolloutsToJsonl(store)],
  (store) => [...parquetChunks(store)],
  (store) =>
    diagnoseRun(
      store.metrics().filter((line) => "accuracy" in line),
      store.evaluations(),
      store.states(),
    ),
];

/** Reads in every way; each ends in a value or in RunError. @returns how many were refused */
async function readInEveryWay(folder: string, told: string): Promise<number> {
  let refused = 0;
  const attempt = async (work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof RunError)) throw new Error(`${told}: ${String(error)}`, { cause: error });
      expect(error.message).not.toContain("\n");
      refused++;
    }
  };
  expect(listRuns(folder)).toHaveLength(1);
  await attempt(async () => {
    const store = openRunStore(folder, { readOnly: true });
    try {
      for (const read of READERS) await attempt(() => read(store));
      await attempt(async () =>
        expect(reportPage(await gatherReport("run", folder, store))).not.toMatch(/="[^"]*(NaN|Infinity)/),
      );
    } finally {
      store.close();
    }
  });
  return refused;
}

const ROLLOUT = stepRollouts(2)[1]!;
const JSON_COLUMNS: readonly (readonly [table: string, where: string, column: string, value: unknown, most: number])[] =
  [
    ["config", "id = 1", "json", CONFIG, 200],
    ["metrics", "step = 2", "json", stepMetrics(2), 300],
    [
      "metrics",
      "step = 2",
      "json",
      { step: 2, loss: 1, gradNorm: 1, learningRate: 1e-3, epoch: 1, tokens: 5, seconds: 1, tokensPerSecond: 5 },
      200,
    ],
    [
      "evaluations",
      "step = 0",
      "json",
      { ...EVALUATION, passAtK: { 1: 0.5 }, firsts: [{ question: "q", text: "t", answer: null, right: true }] },
      250,
    ],
    ["rollouts", "step = 2 AND sample = 1 AND problem_index = 0", "reward", ROLLOUT.reward, 200],
    ["watched", "sample = 1 AND problem_index = 0", "reward", ROLLOUT.reward, 100],
  ];

test.each(JSON_COLUMNS)("%s (%s), %s of every shape", async (...[table, where, column, value, most]) => {
  const folder = join(temporaryFolder(), "run");
  makeGoodRun(folder);
  const texts = [...oddTexts(value)];
  const every = Math.max(1, Math.ceil(texts.length / most));
  let refused = 0;
  const database = openSqlite(join(folder, "run.db"));
  try {
    for (const text of texts.filter((_text, i) => i % every === 0)) {
      database.run(`UPDATE ${table} SET ${column} = ? WHERE ${where}`, [text]);
      refused += await readInEveryWay(folder, `${table}.${column} = ${text.slice(0, 200)}`);
    }
  } finally {
    database.close();
  }
  expect(refused).toBeGreaterThan(0);
});

const COLUMNS: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ["events", ["time", "state", "step", "detail", "id"]],
  ["evaluations", ["name", "step"]],
  ["metrics", ["step"]],
  [
    "rollouts",
    [
      "step",
      "problem_index",
      "sample",
      "problem_id",
      "prompt",
      "difficulty",
      "status",
      "prompt_tokens",
      "tokens",
      "logprobs",
      "text",
      "verdict",
      "advantage",
      "policy_step",
    ],
  ],
];

test.each(COLUMNS)("columns of %s with values of every kind", { timeout: 60_000 }, async (table, columns) => {
  const folder = join(temporaryFolder(), "run");
  makeGoodRun(folder);
  const database = openSqlite(join(folder, "run.db"));
  try {
    for (const column of columns) {
      const kept =
        database.get(`SELECT ${column} AS value FROM ${table} ORDER BY ${column} DESC LIMIT 1`)?.["value"] ?? null;
      for (const value of ODD_VALUES) {
        try {
          database.exec("BEGIN");
          database.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, [value, kept]);
          database.exec("COMMIT");
        } catch {
          // The table takes no value of this kind there: it is strict.
          database.exec("ROLLBACK");
          continue;
        }
        await readInEveryWay(folder, `${table}.${column} = ${String(value).slice(0, 100)}`);
        database.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, [kept, value]);
      }
    }
  } finally {
    database.close();
  }
});
