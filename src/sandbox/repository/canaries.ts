import { randomBytes } from "node:crypto";
import type { TestRunner } from "../../tasks/repository/repository-task.ts";

/** A hidden test file with tests that know what they must come to. */
export interface CanaryFile {
  readonly text: string;
  readonly nonces: readonly string[];
  readonly canaries: readonly string[];
}

const PYTHON_FAILS: readonly string[] = [
  "assert A == B",
  "assert [A, B] == [B, A]",
  "assert str(A) in str(B) + 'x'",
  "raise ValueError(A)",
];
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

/**
 * A test file with one test more that passes and some that can only fail, in the same process and under names that
 * nobody could know before.
 */
export function withCanaries(
  runner: TestRunner,
  path: string,
  text: string,
  format: "module" | "commonjs",
): CanaryFile {
  const name = (): string => `test_${randomBytes(6).toString("hex")}`;
  const number = (): number => randomBytes(3).readUIntBE(0, 3);
  const fails = (runner === "pytest" ? PYTHON_FAILS : NODE_FAILS).map((line) => ({ name: name(), line, fails: true }));
  const passes = (runner === "pytest" ? PYTHON_FAILS.slice(0, 1) : NODE_FAILS.slice(0, 2)).map((line) => ({
    name: name(),
    line,
    fails: false,
  }));
  const tests = [...fails, ...passes].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const added = tests.map((test) => {
    const a = number();
    const b = test.fails ? a + 1 : a;
    const line = test.line.replaceAll("A", String(a)).replaceAll("B", String(b));
    return runner === "pytest"
      ? `def ${test.name}():\n    ${line}\n`
      : `TEST(${JSON.stringify(test.name)}, () => {\n  ${line};\n});\n`;
  });
  const [own, check] = [`_${name()}`, `_${name()}`];
  const imports =
    format === "module"
      ? `import ${own} from "node:test";\nimport ${check} from "node:assert";\n`
      : `const ${own} = require("node:test");\nconst ${check} = require("node:assert");\n`;
  const block = (runner === "pytest" ? "" : imports) + added.join("\n");
  const named = (failing: boolean): string[] =>
    tests.filter((test) => test.fails === failing).map((test) => `${path}::${test.name}`);
  return {
    text: `${text}\n\n${block.replaceAll("TEST(", `${own}(`).replaceAll("CHECK", check)}`,
    nonces: named(false),
    canaries: named(true),
  };
}
