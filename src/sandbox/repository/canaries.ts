import { randomBytes } from "node:crypto";
import type { RepositoryTask } from "../../tasks/repository/repository-task.ts";
import type { TestRunner } from "../../tasks/repository/test-runners.ts";

/** A hidden test file with tests that know what they must come to. */
export interface CanaryFile {
  readonly text: string;
  readonly nonces: readonly string[];
  readonly canaries: readonly string[];
}

/** A test file as it was written. */
export interface TestFile {
  readonly path: string;
  readonly text: string;
  readonly format: "module" | "commonjs";
}

/** One test more: `A` and `B` are equal where it passes, and differ where it fails. */
interface AddedTest {
  readonly name: string;
  readonly line: string;
  readonly fails: boolean;
}

/** How tests are added to a file. */
interface Writer {
  /** Lines that fail where A and B differ; the first ones pass where they are equal. */
  readonly fails: readonly string[];
  readonly passing: number;
  /** Source of tests, after the file's own. `own` are names that nobody else has. */
  write(tests: readonly AddedTest[], file: TestFile, own: readonly [string, string]): string;
  /** What the runner calls a test, after the path. */
  id?(name: string, own: readonly [string, string]): string;
}

const NODE_FAILS: readonly string[] = [
  "CHECK.equal(A, B)",
  "CHECK.strictEqual(A, B)",
  "CHECK.deepEqual([A], [B])",
  "CHECK.deepStrictEqual({ a: A }, { a: B })",
  "CHECK.ok(A === B)",
  "CHECK(A === B)",
  "CHECK.throws(() => A)",
  "throw new Error(String(A))",
];
const EXPECT_FAILS: readonly string[] = [
  "CHECK(A).toBe(B)",
  "CHECK([A]).toEqual([B])",
  "CHECK({ a: A }).toStrictEqual({ a: B })",
  "CHECK(A === B).toBeTruthy()",
  "CHECK([A]).toContain(B)",
  "CHECK(A).not.toBe(A)",
  "CHECK(() => A).toThrow()",
  "throw new Error(String(A))",
];

const closures = (tests: readonly AddedTest[], test: string): string =>
  tests.map(({ name, line }) => `${test}(${JSON.stringify(name)}, () => {\n  ${line};\n});\n`).join("\n");
const checkedBy = (text: string, check: string): string => text.replaceAll("CHECK", check);

/** Of Node's own modules, imported as the file's format has it. */
function nodeImports(format: TestFile["format"], names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .map(([name, from]) =>
      format === "module" ? `import ${name} from "${from}";\n` : `const ${name} = require("${from}");\n`,
    )
    .join("");
}

const WRITERS: Readonly<Record<Exclude<TestRunner, "other">, Writer>> = {
  pytest: {
    fails: ["assert A == B", "assert [A, B] == [B, A]", "assert str(A) in str(B) + 'x'", "raise ValueError(A)"],
    passing: 1,
    write: (tests) => tests.map(({ name, line }) => `def ${name}():\n    ${line}\n`).join("\n"),
  },
  unittest: {
    fails: [
      "self.assertEqual(A, B)",
      "self.assertTrue(A == B)",
      "assert A == B",
      "self.assertListEqual([A], [B])",
      "self.assertIn(A, [B + 1])",
      "raise ValueError(A)",
    ],
    passing: 3,
    write: (tests, _file, [own, name]) =>
      `import unittest as ${own}\n\n\nclass ${name}(${own}.TestCase):\n` +
      tests.map(({ name: test, line }) => `    def ${test}(self):\n        ${line}\n`).join("\n"),
    id: (test, [, name]) => `${name}::${test}`,
  },
  node: {
    fails: NODE_FAILS,
    passing: 2,
    write: (tests, { format }, [own, check]) =>
      nodeImports(format, { [own]: "node:test", [check]: "node:assert" }) + checkedBy(closures(tests, own), check),
  },
  mocha: {
    fails: NODE_FAILS,
    passing: 2,
    write: (tests, { format }, [own, check]) =>
      `${nodeImports(format, { [check]: "node:assert" })}const ${own} = typeof it === "function" ? it : test;\n` +
      checkedBy(closures(tests, own), check),
  },
  vitest: {
    fails: EXPECT_FAILS,
    passing: 4,
    write: (tests, _file, [own, check]) =>
      `import { test as ${own}, expect as ${check} } from "vitest";\n${checkedBy(closures(tests, own), check)}`,
  },
  jest: { fails: EXPECT_FAILS, passing: 4, write: (tests) => checkedBy(closures(tests, "test"), "expect") },
  go: {
    // No panic: it would end the others too.
    fails: [
      'if A != B {\n\t\tt.Error("differ")\n\t}',
      "if A != B {\n\t\tt.FailNow()\n\t}",
      't.Run("inner", func(u *testing.T) {\n\t\tif A != B {\n\t\t\tu.Fail()\n\t\t}\n\t})',
    ],
    passing: 3,
    write: (tests) => tests.map(({ name, line }) => `func ${name}(t *testing.T) {\n\t${line}\n}\n`).join("\n"),
  },
};

/**
 * A test file with some tests more that pass and some that can only fail, in the same process and under names that
 * nobody could know before.
 */
export function withCanaries(
  { runner, report }: Pick<RepositoryTask, "runner" | "report">,
  file: TestFile,
): CanaryFile {
  if (runner === "other") return withOwnTests(report!, file);
  const writer = WRITERS[runner];
  const own = [`_${newName()}`, runner === "unittest" ? `T${newName()}` : `_${newName()}`] as const;
  const tests = shuffled([
    ...testsOf(runner, writer.fails, true),
    ...testsOf(runner, writer.fails.slice(0, writer.passing), false),
  ]);
  return {
    text: `${file.text}\n\n${writer.write(tests, file, own)}`,
    ...idsOf(tests, (name) => `${file.path}::${writer.id?.(name, own) ?? name}`),
  };
}

function testsOf(runner: TestRunner, lines: readonly string[], fails: boolean): AddedTest[] {
  return lines.map((line) => {
    const a = randomBytes(3).readUIntBE(0, 3);
    const b = fails ? a + 1 : a;
    const name = runner === "go" ? newName().replace("t", "T") : newName();
    return { name, line: line.replaceAll(/\bA\b/g, String(a)).replaceAll(/\bB\b/g, String(b)), fails };
  });
}

/** Tests that a task says how to write: three of each kind. */
function withOwnTests(report: NonNullable<RepositoryTask["report"]>, { text }: TestFile): CanaryFile {
  const tests = shuffled(
    [true, true, true, false, false, false].map((fails) => ({ name: newName(), line: "", fails })),
  );
  const written = tests.map(({ name, fails }) => (fails ? report.failing : report.passing).replaceAll("NAME", name));
  const ids = idsOf(tests, (name) => report.id.replaceAll("NAME", name));
  return { text: `${text}\n${written.join("\n")}\n`, ...ids };
}

function idsOf(tests: readonly AddedTest[], called: (name: string) => string): Omit<CanaryFile, "text"> {
  const named = (fails: boolean): string[] =>
    tests.filter((test) => test.fails === fails).map(({ name }) => called(name));
  return { nonces: named(false), canaries: named(true) };
}

function newName(): string {
  return `test_${randomBytes(6).toString("hex")}`;
}

/** Their names are random, and so is their order by them. */
function shuffled(tests: readonly AddedTest[]): AddedTest[] {
  return tests.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
