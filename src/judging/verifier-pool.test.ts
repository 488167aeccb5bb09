import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import type { Problem, Verdict } from "../tasks/index.ts";
import { VerifierPool } from "./verifier-pool.ts";

const PROBLEM: Problem = {
  id: "train",
  split: "train",
  question: "?",
  compactQuestion: "?",
  difficulty: 0,
  data: null,
};

/** Judges one answer, and one more, which tells whether the judge goes on. */
async function judged(verify: string, deadlineSeconds: number = 20): Promise<readonly Verdict[]> {
  const path = join(temporaryFolder(), "task.mjs");
  writeFileSync(
    path,
    `export default { name: "own", problems: (split) => [{ id: split, split, question: "?", compactQuestion: "?", difficulty: 0, data: null }], verify: (_problem, answer) => { if (answer === "next") return true; ${verify} } };`,
  );
  const pool = new VerifierPool({ taskName: "own", module: path, deadlineSeconds, inFlight: 4, megabytes: 64 });
  try {
    return [(await pool.ask(PROBLEM, "first")).verdict, (await pool.ask(PROBLEM, "next")).verdict];
  } finally {
    await pool.stop();
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.each<readonly [string, string, number, RegExp]>([
  ["ends the process", "process.exit(0);", 20, /ended its thread/],
  ["throws an object", "throw { message: '\u001b[2J' };", 20, /./],
  [
    "fills the heap",
    "const held = []; for (;;) held.push(Array.from({ length: 100000 }, (_, i) => i + held.length));",
    60,
    /crashed: .*memory limit/,
  ],
  ["never ends", "for (;;);", 0.3, /did not end within 0\.3 s/],
  ["never answers", "return new Promise(() => {});", 0.3, /did not end within 0\.3 s/],
])("a verifier that %s: unverifiable, and the next answer is judged", async (_what, verify, seconds, reason) => {
  const [first, next] = await judged(verify, seconds);
  expect(first).toMatchObject({ kind: "unverifiable", reason: expect.stringMatching(reason) });
  if (seconds > 1) expect(next).toEqual({ kind: "right" });
});

test("a verifier has its settings and no keys", async () => {
  for (const [name, value] of [
    ["AHA_API_KEY", "k"],
    ["HF_TOKEN", "t"],
    ["MY_WORDS", "w"],
  ] as const)
    vi.stubEnv(name, value);
  const [told] = await judged(
    'return { kind: "wrong", reason: ["AHA_API_KEY", "HF_TOKEN", "MY_WORDS"].map((name) => process.env[name]).join() };',
  );
  expect(told).toEqual({ kind: "wrong", reason: ",,w" });
});

test("what a verifier writes goes to standard error, made printable", async () => {
  const [out, error] = [
    vi.spyOn(process.stdout, "write").mockReturnValue(true),
    vi.spyOn(process.stderr, "write").mockReturnValue(true),
  ];
  await judged(
    'process.stdout.write("\\u001b[2Jout\\n"); return new Promise((resolve) => setTimeout(() => resolve(true), 200));',
  );
  await vi.waitFor(() => expect(error.mock.calls.map(([text]) => text).join("")).toBe("\\u001b[2Jout\n"));
  expect(out).not.toHaveBeenCalled();
});
