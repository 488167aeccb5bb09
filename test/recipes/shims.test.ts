import { spawn, spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveRewards, type ServedRewards } from "../../src/server/rewards/serve-rewards.ts";
import { exported } from "./exported.ts";

/*
 * The generated Python is run by Python's standard library alone, against the server that it is written for.
 */

const hasPython = spawnSync("python3", ["--version"]).status === 0;
const PROBLEM = "countdown:1,1,2=2";
const RIGHT = "<think> 1 * 2 = 2 yes </think> <answer> ( 1 * 2 ) * 1 </answer>";
const WRONG = "<think> 1 + 1 = 2 no </think> <answer> 1 + 1 + 2 </answer>";

let served: ServedRewards;
let trl: string;
let verl: string;

beforeAll(async () => {
  served = await serveRewards({ task: "countdown", port: 0, maxCompletionTokens: 32 });
  [trl, verl] = [await exported("trl"), await exported("verl", { learningRateFloor: 1 })];
}, 120_000);
afterAll(() => served.stop());

interface PythonResult {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

function python(folder: string, program: string, url: string = served.url): Promise<PythonResult> {
  const child = spawn("python3", ["-S", "-c", program], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", AHA_REWARD_URL: url, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" },
  });
  let [out, error] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (error += data.toString()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, error })));
}

describe.skipIf(!hasPython)("TRL's reward function (needs python3)", () => {
  const CALL = `
import json
from aha_rewards import aha
seen = {}
rewards = aha(
    prompts=["<bos> 1 1 2 make 2 :"] * 4,
    completions=${JSON.stringify([RIGHT, WRONG, RIGHT, "<think> 1"])},
    completion_ids=[[5, 2], [5, 2], [5, 2], [7] * 32],
    problem=["${PROBLEM}", "${PROBLEM}", "no such problem", "${PROBLEM}"],
    log_extra=lambda name, values: seen.__setitem__(name, values),
    log_metric=lambda name, value: seen.__setitem__(name, value),
)
print(json.dumps([rewards, seen]))`;

  test("gives rewards, null for what can't be verified, and says the rest beside them", async () => {
    const { code, out, error } = await python(trl, CALL);
    expect([code, error]).toEqual([0, ""]);
    const [rewards, seen] = JSON.parse(out) as [unknown, Record<string, unknown>];
    expect(rewards).toEqual([1, 0, null, 0]);
    expect(seen["verdict"]).toEqual(["right", "wrong", "unverifiable", "wrong"]);
    expect(seen["problem"]).toEqual([PROBLEM, PROBLEM, "no such problem", PROBLEM]);
    expect(seen["truncated"]).toEqual([false, false, false, true]);
    expect(seen["tokens"]).toEqual([[5, 2], [5, 2], [5, 2], Array.from({ length: 32 }, () => 7)]);
    expect(seen["right"]).toBe(0.25);
  });

  test("stops the run above 2 % that can't be verified, saying why", async () => {
    const { code, error } = await python(
      trl,
      `
from aha_rewards import aha
aha(prompts=[""] * 8, completions=["x"] * 8, completion_ids=[[2]] * 8, problem=["no such problem"] * 8)`,
    );
    expect(code).toBe(1);
    expect(error).toMatch(/Stopped: 8 of the last 8 completions could not be verified: .*no such problem/);
  });

  test("one in a hundred does not stop it", async () => {
    const { code, out } = await python(
      trl,
      `
from aha_rewards import aha
ids = ["no such problem"] + ["${PROBLEM}"] * 99
print(sum(r is None for r in aha(prompts=[""] * 100, completions=["x"] * 100, completion_ids=[[2]] * 100, problem=ids)))`,
    );
    expect([code, out.trim()]).toEqual([0, "1"]);
  });

  test("a server that isn't there is named, with what to do", async () => {
    const { code, error } = await python(
      trl,
      `
import aha_rewards
aha_rewards.time.sleep = lambda seconds: None
aha_rewards.score([{"problem": "a", "completion": "b"}])`,
      "http://127.0.0.1:9",
    );
    expect(code).toBe(1);
    expect(error).toMatch(/RuntimeError: Aha's reward server does not answer at http:\/\/127.0.0.1:9 .*README.md/);
  });

  test("a refusal is told in the server's words", async () => {
    const { code, error } = await python(trl, `import aha_rewards\naha_rewards.score([{"completion": 5}])`);
    expect(code).toBe(1);
    expect(error).toMatch(/Aha's reward server refused: 400 /);
  });
});

describe.skipIf(!hasPython)("verl's reward function (needs python3)", () => {
  test("gives a number, and counts what can't be verified beside it", async () => {
    const { code, out, error } = await python(
      verl,
      `
import asyncio, json
from aha_rewards import compute_score
more = {"aha": {"ids": [5, 2], "tokens": 2, "truncated": False}}
ask = lambda text, problem, extra: asyncio.run(compute_score("aha/countdown", text, problem, extra))
print(json.dumps([ask(${JSON.stringify(RIGHT)}, "${PROBLEM}", more), ask("x", "no such problem", None)]))`,
    );
    expect([code, error]).toEqual([0, ""]);
    const [right, unknown] = JSON.parse(out) as Record<string, unknown>[];
    expect(right).toMatchObject({ score: 1, verdict: "right", unverifiable: 0, problem: PROBLEM, token_ids: "5 2" });
    expect(unknown).toMatchObject({ score: 0, verdict: "unverifiable", unverifiable: 1, token_ids: "", truncated: 0 });
  });
});

test.skipIf(!hasPython)("every generated file is Python (needs python3)", async () => {
  for (const folder of [trl, verl])
    for (const file of ["aha_rewards.py", "train.py", ...(folder === verl ? ["aha_manager.py"] : [])]) {
      const { code, error } = await python(folder, `import ast; ast.parse(open("${file}").read())`);
      expect([file, code, error]).toEqual([file, 0, ""]);
    }
});
