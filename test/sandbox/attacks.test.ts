import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CodeExecution } from "../../src/records/execution.ts";
import { openExecutor } from "../../src/sandbox/code-executor.ts";
import type { Executor } from "../../src/sandbox/executor.ts";
import { ATTACKS, CONTROLS, SLOW, type Attack } from "./attacks.ts";
import { HONEST } from "./honest.ts";
import { dirtyPrograms } from "./soak.ts";
import { watchHost, type Watched } from "./hosts.ts";

/** A table that was made elsewhere, where it is there. */
const TABLE = new URL("../../../shared/cases/code-attacks.json", import.meta.url);
const SECONDS = 2;

let host: Watched;
let executor: Executor;
beforeAll(async () => {
  host = await watchHost();
  executor = openExecutor({ workers: 1, seconds: SECONDS });
});
afterAll(async () => {
  host.close();
  await executor.stop();
});

const judge = async ({
  language,
  tests,
  code,
}: Attack): Promise<{ kind: string; reason?: string; failed: boolean }> => {
  const execution: CodeExecution = { kind: "code", language, tests };
  const { verdict, failed } = await executor.execute(execution, host.fill(code));
  return { ...verdict, failed };
};

/** An attack, then two plain answers from the same processes. */
async function attack(given: Attack): Promise<void> {
  expect(await judge(given)).toMatchObject({ kind: given.expected, failed: false });
  expect(host.effects()).toEqual([]);
  const [right, wrong] = CONTROLS[given.language];
  expect(await judge(right)).toEqual({ kind: "right", failed: false });
  expect(await judge(wrong)).toMatchObject({ kind: "wrong", failed: false });
}

describe("an attack gets its verdict, leaves nothing on this machine and nothing to the next answer", () => {
  test.each([...ATTACKS, ...SLOW.slice(2)].map((each) => [`${each.language}: ${each.what}`, each] as const))(
    "%s",
    (_name, given) => attack(given),
    120_000,
  );
});

describe("an honest answer is right however it is written", () => {
  test.each(HONEST.map((each) => [`${each.language}: ${each.what}`, each] as const))(
    "%s",
    (_name, given) => attack(given),
    120_000,
  );
});

describe("a task's own lines and an answer that goes on with them", () => {
  const tests = { form: "check", entry: "gap", test: "assert candidate(1) == 2" } as const;
  const said = 'def gap(x):\n    """Adds one."""\n';
  test.each([
    ["a body", said, "    return x + 1"],
    ["a body that lost its first indent", said, "y = x\n    y += 1\n    return y"],
    ["a whole program", said, "def gap(x): return x + 1"],
    ["a whole program, where the lines end too early", "def gap(x):\n", "def gap(x): return x + 1"],
  ])("%s", async (_name, prelude, code) => {
    const execution = { kind: "code", language: "python", prelude, tests } as const;
    expect((await executor.execute(execution, code)).verdict).toEqual({ kind: "right" });
    expect((await executor.execute(execution, code.replaceAll("1", "3"))).verdict.kind).toBe("wrong");
  });
});

/** All 2,000 with AHA_SOAK=2000; a minute or more. */
const SOAK = Number(process.env["AHA_SOAK"] ?? 60);

test(`${SOAK} programs that leave dirt, and none that follows notices`, { timeout: 3_600_000 }, async () => {
  const [right, wrong] = CONTROLS.python;
  for (const code of dirtyPrograms(SOAK)) {
    expect(await judge({ ...right, code })).toMatchObject({ failed: false });
    expect([code, (await judge(right)).kind]).toEqual([code, "right"]);
    expect((await judge(wrong)).kind).toBe("wrong");
  }
});

interface Row {
  readonly id: string;
  readonly kind: "function" | "stdio";
  readonly task: {
    readonly entry: string;
    readonly test: string;
    readonly cases: readonly { stdin: string; out: string }[];
  };
  readonly code: string | null;
  readonly expected: Attack["expected"];
}

describe.runIf(existsSync(TABLE) && process.env["AHA_ALL_ATTACKS"] !== undefined)("the table of attacks", () => {
  const { attacks } = existsSync(TABLE)
    ? (JSON.parse(readFileSync(TABLE, "utf8")) as { readonly attacks: readonly Row[] })
    : { attacks: [] };
  const long = `def sq(xs):\n    return 14\n#${"x".repeat(4e6)}\nx = 1\n`;
  test.each(attacks.map((row) => [row.id, row] as const))(
    "%s",
    async (_id, { kind, task, code, expected }) => {
      const { entry, test: source, cases } = task;
      const tests =
        kind === "stdio" ? ({ form: "stdio", cases } as const) : ({ form: "check", entry, test: source } as const);
      await attack({ what: "", language: "python", tests, code: code ?? long, expected });
    },
    120_000,
  );
});
