import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fakeHost } from "../../../test/cli/fake-host.ts";
import { fakeCompositions } from "../../../test/cli/fake-results.ts";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import { runCommandLine } from "../command-line.ts";
import { COMPOSITIONS } from "../wiring.ts";

async function verify(
  words: readonly string[],
  lines: readonly string[] = [],
): Promise<{ code: number; out: string; error: string }> {
  const host = fakeHost({ lines });
  const code = await runCommandLine(["verify", ...words], host, fakeCompositions({ verifier: COMPOSITIONS.verifier }));
  return { code, ...host.written() };
}

test.each<readonly [words: readonly string[], out: string]>([
  [["--gold", "1/2", "--answer", "\\boxed{0.5}"], "right: both are read as 0.5\n"],
  [
    ["--kind", "maths", "--gold", "1/2", "--answer", "0.6"],
    "wrong: another number; the gold is read as 0.5, the answer as 0.6\n",
  ],
  [["--kind", "number", "--gold", "3.14", "--tolerance", "0.01", "--answer", "3.15"], "right: 3.15 counts as 3.14\n"],
  [["--kind", "choice", "--gold", "B", "--answer", "(b)"], "right: both are read as B\n"],
  [
    ["--kind", "json", "--partial", "--gold", '{"a":1,"b":2}', "--answer", '{"a":1}'],
    "partly (0.5): 1 of 2 fields differ",
  ],
  [["--gold", "5", "--answer", "9^{9^{9^9}}"], "unverifiable: a power of too many digits\n"],
  [["--extract", "answer-tag", "--gold", "5", "--answer", "<think>5"], "wrong: the thinking is not closed\n"],
])("%j: %s", async (words, out) => {
  const done = await verify(words);
  expect(done).toMatchObject({ code: 0, error: "" });
  expect(done.out.startsWith(out)).toBe(true);
});

test("with --json there is one line for each line, in order, also for what can't be read", async () => {
  const { code, out } = await verify(
    ["--json"],
    [
      '\ufeff{"id":1,"gold":"1/2","answer":"\\\\boxed{0.5}"}',
      "nonsense",
      "[1]",
      "",
      '{"id":"b","gold":5,"answer":"6"}',
      '{"id":3,"gold":"x"}',
      `{"id":4,"gold":"5","answer":"${"(".repeat(100_000)}"}`,
      "[".repeat(100_000),
      '{"id":{"a":1},"gold":"5","answer":"5"}',
    ],
  );
  expect(code).toBe(0);
  const results = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(results).toMatchObject([
    { id: 1, verdict: "right", reason: "both are read as 0.5" },
    { id: null, verdict: "unverifiable", error: true, reason: 'line 2: Expected JSON, got "nonsense".' },
    { id: null, verdict: "unverifiable", error: true },
    { id: "b", verdict: "wrong" },
    { id: 3, verdict: "unverifiable", error: true },
    { id: 4, verdict: "unverifiable" },
    { id: null, verdict: "unverifiable", error: true },
    { id: null, verdict: "right" },
  ]);
});

test("with --json one answer gives one object", async () => {
  const { out } = await verify(["--json", "--gold", "2", "--answer", "3"]);
  expect(JSON.parse(out)).toEqual({
    verdict: "wrong",
    reason: "another number; the gold is read as 2, the answer as 3",
  });
});

test("a schema comes from a file", async () => {
  const path = join(temporaryFolder(), "schema.json");
  writeFileSync(path, '{"type":"object","required":["a"]}');
  const words = ["--kind", "json", "--schema", path, "--gold", "", "--answer"];
  expect((await verify([...words, '{"a":1}'])).out).toMatch(/^right: /);
  expect((await verify([...words, "{}"])).out).toMatch(/^wrong: .*must have required property 'a'/);
  writeFileSync(path, '{"type":"thing"}');
  expect(await verify([...words, "{}"])).toMatchObject({ code: 2, out: "" });
});

test.each<readonly [words: readonly string[], error: RegExp]>([
  [["--gold", "1"], /got no --answer/],
  [["--answer", "1"], /got no --gold/],
  [["--json", "--gold", "1"], /got no --answer/],
  [["--kind", "math", "--gold", "1", "--answer", "1"], /Allowed choices are exact, text, number, maths/],
  [["--extract", "last", "--gold", "1", "--answer", "1"], /Allowed choices are answer-tag, boxed/],
  [["--tolerance", "1", "--gold", "1", "--answer", "1"], /with the kind number, got maths/],
  [["--kind", "json", "--schema", "/nowhere/schema.json", "--gold", "1", "--answer", "1"], /a JSON schema in/],
])("%j is refused in one line", async (words, error) => {
  const done = await verify(words);
  expect(done).toMatchObject({ code: 2, out: "" });
  expect(done.error).toMatch(error);
  expect(done.error.trim()).not.toContain("\n");
});
