import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { readReport } from "./read-report.ts";

const KEY = Buffer.alloc(32, 7);

function line(record: object, key = KEY): string {
  const body = JSON.stringify(record);
  return `${createHmac("sha256", key).update(body).digest("hex")} ${body}\n`;
}

const START = line({ kind: "start", n: 0 });
const phase = (n: number, when: string, outcome: string, id = "a"): string =>
  line({ kind: "test", id, when, outcome, n });

test("a test has passed where its setup, its call and its end have", () => {
  const end = line({ kind: "end", n: 4 });
  const whole = START + phase(1, "setup", "passed") + phase(2, "call", "passed") + phase(3, "teardown", "passed") + end;
  expect(readReport(whole, KEY)).toEqual({
    results: [{ id: "a", outcome: "passed" }],
    started: true,
    twins: [],
    complete: true,
    foreign: 0,
    collectError: undefined,
  });
  const outcomes = (...phases: [string, string][]): unknown =>
    readReport(START + phases.map(([when, outcome], place) => phase(place + 1, when, outcome)).join(""), KEY).results;
  expect(outcomes(["setup", "passed"], ["call", "passed"], ["teardown", "failed"])).toMatchObject([
    { outcome: "failed" },
  ]);
  expect(outcomes(["setup", "skipped"], ["teardown", "passed"])).toMatchObject([{ outcome: "skipped" }]);
  expect(outcomes(["setup", "passed"], ["call", "xfail"])).toMatchObject([{ outcome: "skipped" }]);
  expect(outcomes(["setup", "passed"], ["teardown", "passed"])).toMatchObject([{ outcome: "failed" }]);
  expect(outcomes(["call", "passed"], ["call", "passed"])).toHaveLength(2);
});

test("what isn't signed, comes again, is left out or comes after the end is foreign", () => {
  const good = phase(1, "call", "passed");
  const foreign = (text: string): number => readReport(text, KEY).foreign;
  expect(foreign(START + good)).toBe(0);
  expect(foreign(START + phase(1, "call", "passed").replace("passed", "failed"))).toBe(1);
  expect(foreign(START + line({ kind: "end", n: 1 }, Buffer.alloc(32, 8)))).toBe(1);
  expect(foreign(START + good + good)).toBe(1);
  expect(foreign(good)).toBe(1);
  expect(foreign(START + line({ kind: "end", n: 1 }) + phase(2, "call", "passed"))).toBe(1);
  expect(foreign("passed\n\0\n")).toBe(2);
});
