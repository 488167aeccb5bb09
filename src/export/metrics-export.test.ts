import { expect, onTestFinished, test } from "vitest";
import { CONFIG, EVALUATION, stepMetrics } from "../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { createRunStore, type RunStore } from "../store/index.ts";
import { flatMetrics } from "./flat-metrics.ts";
import { metricsToCsv } from "./metrics-csv.ts";
import { metricTable } from "./metric-table.ts";
import { metricsToTensorBoard, tensorBoardTag } from "./tensorboard.ts";
import { encodeEvents } from "./tf-events.ts";

function storeOf(parts: Readonly<Record<string, number>> = { accuracy: 0.5 }): RunStore {
  const store = createRunStore(temporaryFolder(), CONFIG);
  onTestFinished(() => store.close());
  store.recordState("started");
  store.recordEvaluation("before", 0, EVALUATION);
  for (const step of [1, 2]) store.recordStep(step, stepMetrics(step, { rewardByPart: parts }), []);
  store.recordEvaluation("after", 2, { ...EVALUATION, accuracy: 0.75 });
  return store;
}

test("nested figures by their path; nulls and texts have none", () => {
  const value = { a: 1, text: "x", none: null, part: { b: -2, list: [null, 3], of: [{ question: "?" }] } };
  expect([...flatMetrics(value)]).toEqual([
    ["a", 1],
    ["part.b", -2],
    ["part.list.1", 3],
  ]);
});

test("CSV: a row a step, evaluations beside the steps, the one before training at step 0", () => {
  const lines = metricsToCsv(storeOf()).split("\r\n");
  const names = lines[0]!.split(",");
  const cell = (row: number, name: string): string | undefined => lines[row]!.split(",")[names.indexOf(name)];
  expect(names.slice(0, 3)).toEqual(["step", "accuracy", "accuracyError"]);
  expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(["0", "1", "2", ""]);
  expect([1, 2, 3].map((row) => cell(row, "accuracy"))).toEqual(["", "0.01", "0.02"]);
  expect([1, 2, 3].map((row) => cell(row, "heldOut.accuracy"))).toEqual(["0.24", "", "0.75"]);
  expect([1, 2, 3].map((row) => cell(row, "emergence.lengthByDifficulty.1"))).toEqual(["", "3", "3"]);
  expect(names).not.toContain("emergence.lengthByDifficulty.0");
  for (const line of lines.slice(0, -1)) expect(line.split(",")).toHaveLength(names.length);
});

test("CSV: a part's name is text to a spreadsheet, whatever it is", () => {
  const [header] = metricsToCsv(storeOf({ '=1+1,"x"': 1 })).split("\r\n");
  expect(header).toContain('"rewardByPart.=1+1,""x"""');
});

test("TensorBoard: every figure of every step, under its tag", () => {
  const store = storeOf();
  const started = store.states()[0]!.time / 1000;
  const scalars = (row: number): Map<string, number> =>
    new Map([...metricTable(store)[row]!.values].map(([name, value]) => [tensorBoardTag(name), value]));
  // A step of the samples takes 2.1 s.
  const events = [started, started + 2.1, started + 2.1 + 2.1].map((wallTime, step) => ({
    wallTime,
    step,
    scalars: scalars(step),
  }));
  expect(Buffer.from(metricsToTensorBoard(store)).equals(encodeEvents(started, events))).toBe(true);
  expect(scalars(2).get("accuracy/train")).toBe(0.02);
  expect(scalars(2).get("accuracy/heldOut")).toBe(0.75);
  expect(scalars(2).get("reward/part/accuracy")).toBe(0.5);
  expect(scalars(0).get("length/heldOut")).toBe(33);
  // No two figures share a tag.
  expect(scalars(2).size).toBe(metricTable(store)[2]!.values.size);
});

test("an empty run has a header and no figures", () => {
  const store = createRunStore(temporaryFolder(), CONFIG);
  onTestFinished(() => store.close());
  expect(metricsToCsv(store)).toBe("step\r\n");
  expect(Buffer.from(metricsToTensorBoard(store)).equals(encodeEvents(0, []))).toBe(true);
});
