import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aha, newFolder, outcome, smallRun } from "./cli-run.ts";

const json = (text: string): Record<string, unknown> =>
  JSON.parse(text.trim().split("\n").at(-1)!) as Record<string, unknown>;

test("a run with evaluators computes what one without does; its queue is seen, and its rollouts are judged again", () => {
  const [plain, queued] = [join(newFolder(), "run"), join(newFolder(), "run")];
  expect(aha(...smallRun(plain, 2)).code).toBe(0);
  expect(aha(...smallRun(queued, 2), "--evaluators", "2").stderr).not.toMatch(/error/);
  expect(outcome(queued).weights).toBe(outcome(plain).weights);

  const seen = json(aha("queue", queued, "--json").stdout);
  expect(seen).toMatchObject({ waiting: 0, running: 0, failed: 0, evaluators: [] });
  expect(Number(seen["jobs"])).toBeGreaterThan(Number(seen["done"]));
  expect(aha("queue", queued).stdout).toMatch(/asked for +\d+ verdicts, \d+ of them answered by another's check/);

  const before = readFileSync(join(queued, "run.db"));
  expect(json(aha("rejudge", queued, "--json").stdout)).toMatchObject({ rollouts: 32, same: 32, changes: [] });
  expect(readFileSync(join(queued, "run.db")).equals(before)).toBe(true);

  for (const [words, line] of [
    [
      ["queue", plain],
      /^aha: Expected ".*" to have a queue, got no evaluations\.db in it; a run that judges by evaluators has one, unless its --queue is in a Redis\.\n$/,
    ],
    [["queue", "/no/such/run"], /^aha: Expected "\/no\/such\/run" to have a queue/],
    [
      ["queue", queued, "--rerun", "all"],
      /^aha: Expected --rerun to be failed or the number of an evaluation, got "?all"?\.\n$/,
    ],
    [["queue", queued, "--log", "999999"], /^aha: Expected the number of an evaluation/],
    [["queue", queued, "--serve", "--host", "10.255.255.1"], /^aha: Expected --host to be an address of this machine/],
    [["evaluator", plain], /^aha: Expected ".*" to have a queue/],
    [["evaluator", "http://127.0.0.1:9"], /^aha: The queue at http:\/\/127\.0\.0\.1:9 can't be reached/],
    [["evaluator", "nonsense://x"], /^aha: Expected a run's folder, the address/],
    [
      ["evaluator", "redis://:geheim@127.0.0.1:9"],
      /^aha: The queue at redis:\/\/127\.0\.0\.1:9 can't be asked \(ECONNREFUSED\)/,
    ],
    [["queue", queued, "--queue", "redis://127.0.0.1:9"], /^aha: Expected a run whose queue is in a Redis, got/],
    [["evaluator", queued, "--at-once", "0"], /^aha: Expected --at-once to be an integer from 1 to 256, got 0\.\n$/],
    [["rejudge", "/no/such/run"], /^aha: Expected "\/no\/such\/run" to be the folder of a run/],
    [["rejudge", queued, "--step", "99"], /^aha: Expected ".*" to hold rollouts of step 99, got none\.\n$/],
  ] as const) {
    const { code, stderr } = aha(...words, "--quiet");
    expect([words, stderr]).toEqual([words, expect.stringMatching(line)]);
    expect(code).toBe(2);
  }
}, 240_000);
