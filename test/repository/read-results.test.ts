import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readResults, type ReportFormat } from "../../src/tasks/repository/read-results.ts";

/** What runners wrote of the same few tests, one of which prints what looks like a result. */
const report = (name: string): string => readFileSync(new URL(`reports/${name}`, import.meta.url), "utf8");

const read = (format: ReportFormat, text: string): Record<string, string> =>
  Object.fromEntries(readResults(format, text).map(({ id, outcome }) => [id, outcome]));

test("subtests without end take no memory: nothing is called so", () => {
  const deep = (depth: number): string => `${"    ".repeat(depth)}ok 1 - ${"x".repeat(100)} {`;
  const text = Array.from({ length: 2000 }, (_, depth) => deep(depth)).join("\n");
  const results = readResults("tap", `ok 1 - shallow\n${text}`);
  expect(results[0]!.id).toBe("shallow");
  expect(Math.max(...results.map(({ id }) => id.length))).toBeLessThan(5000);
});

test.each<[string, ReportFormat, Record<string, string>]>([
  [
    "node.tap",
    "tap",
    {
      largest: "passed",
      "mean > of two": "failed",
      "mean > of three # hash": "passed",
      "mean > later": "skipped",
      "mean > some day": "skipped",
      mean: "failed",
    },
  ],
  // Mocha's own TAP sets what tests print between its lines: forged ones count, so that names nobody knew must decide.
  [
    "mocha.tap",
    "tap",
    {
      forged: "passed",
      largest: "passed",
      "mean of two": "failed",
      "mean of <three> & 'more'": "passed",
      "mean later": "skipped",
    },
  ],
  [
    "vitest-flat.tap",
    "tap",
    {
      "v.test.mjs > largest": "passed",
      "v.test.mjs > mean > of two": "failed",
      "v.test.mjs > mean > of <three> & 'more'": "passed",
      "v.test.mjs > mean > later": "skipped",
      "v.test.mjs > mean > some day": "skipped",
    },
  ],
  [
    "vitest.tap",
    "tap",
    {
      "v.test.mjs": "failed",
      "v.test.mjs > largest": "passed",
      "v.test.mjs > mean": "failed",
      "v.test.mjs > mean > of two": "failed",
      "v.test.mjs > mean > of <three> & 'more'": "passed",
      "v.test.mjs > mean > later": "skipped",
      "v.test.mjs > mean > some day": "skipped",
    },
  ],
  [
    "node.xml",
    "junit",
    {
      "test::largest": "passed",
      "test::of two": "failed",
      "test::of three # hash": "passed",
      "test::later": "skipped",
      "test::some day": "skipped",
    },
  ],
  [
    "pytest.xml",
    "junit",
    {
      "test_p::test_largest": "passed",
      "test_p.TestMean::test_two": "failed",
      "test_p.TestMean::test_three[<a>]": "passed",
      "test_p.TestMean::test_three[b&c]": "passed",
      "test_p.TestMean::test_later": "skipped",
    },
  ],
  [
    "vitest.xml",
    "junit",
    {
      "v.test.mjs::largest": "passed",
      "v.test.mjs::mean > of two": "failed",
      "v.test.mjs::mean > of <three> & 'more'": "passed",
      "v.test.mjs::mean > later": "skipped",
      "v.test.mjs::mean > some day": "skipped",
    },
  ],
  // A test printed a root of its own before the report's.
  ["mocha.xml", "junit", {}],
  // The test that printed without an end of line isn't found: `go test -json` says it.
  [
    "go-v.txt",
    "go",
    {
      TestMean: "failed",
      "TestMean/of_two": "failed",
      "TestMean/of_three": "passed",
      "TestMean/later": "skipped",
    },
  ],
  [
    "go.jsonl",
    "go-json",
    {
      "example.com/g::TestLargest": "passed",
      "example.com/g::TestMean": "failed",
      "example.com/g::TestMean/of_two": "failed",
      "example.com/g::TestMean/of_three": "passed",
      "example.com/g::TestMean/later": "skipped",
    },
  ],
])("%s, as its runner wrote it", (name, format, results) => {
  expect(read(format, report(name))).toEqual(results);
});

test.each<[string, ReportFormat, string]>([
  ["a line within details", "tap", "TAP version 14\n  ---\nok 1 - a\nok 2 - a\n"],
  ["a report that was broken off", "tap", "ok 1 - a\nBail out! no database\n"],
  ["a line that only looks like it", "tap", " # ok 1 - a\n# ok 1 - a\nnok 1 - a\nokay - a\n"],
  [
    "an element in what was printed",
    "junit",
    "<testsuite><system-out><![CDATA[<testcase name='a'/>]]></system-out></testsuite>",
  ],
  ["an element in a comment", "junit", "<testsuite><!-- <testcase name='a'/> --></testsuite>"],
  ["escaped text", "junit", "<testsuite>&lt;testcase name='a'/></testsuite>"],
  ["XML that isn't closed", "junit", "<testsuite><testcase name='a'/>"],
  ["XML that defines something", "junit", "<!DOCTYPE x [<!ENTITY a 'b'>]><testsuite><testcase name='a'/></testsuite>"],
  ["elements that end others", "junit", "<testsuite><testcase name='a'></testsuite></testcase>"],
  ["a second root", "junit", "<testsuite><testcase name='a'/></testsuite><testsuite/>"],
  ["levels without end", "junit", `${"<a>".repeat(1_000_000)}<testcase name='a'/>`],
  ["a line's middle", "go", "x--- PASS: a (0.00s)\n--- PASS: a\n--- PASS a (0.00s)\n"],
  [
    "what isn't JSON",
    "go-json",
    '{"Action":"pass","Test":"a"\n[{"Action":"pass","Test":"a"}]\n{"Action":"output","Test":"a"}\n',
  ],
  ["names of another kind", "go-json", '{"Action":"pass","Test":{}}\n{"Action":"constructor","Test":"a"}\n'],
])("%s is no result", (_name, format, text) => {
  expect(read(format, text)).toEqual({});
});

test("a test case that both failed and was skipped has failed, and one inside another is none", () => {
  const xml =
    "<testsuite><testcase name='a'><skipped/><failure/></testcase><testcase name='b'><x><failure/></x><y><testcase name='c'/></y></testcase></testsuite>";
  expect(read("junit", xml)).toEqual({ a: "failed", b: "passed" });
});

test("long reports are read in little time", () => {
  const began = performance.now();
  readResults("tap", `ok 1 -${" ".repeat(4_000_000)}#\n${"ok 1 - a # \n".repeat(300_000)}`);
  readResults("junit", `<testsuite ${"a=".repeat(1_000_000)}`);
  readResults("junit", `<testsuite>${"<testcase name='a'>".repeat(60)}${"<".repeat(1_000_000)}`);
  readResults("go", `${" ".repeat(4_000_000)}--- PASS\n`);
  readResults("go-json", `{${"[".repeat(1_000_000)}\n`.repeat(3));
  expect(performance.now() - began).toBeLessThan(5000);
});
