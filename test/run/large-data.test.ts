import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MOST_LISTED } from "../../src/data/task-from-data.ts";
import { aha, newFolder } from "./cli-run.ts";

test("a run on more questions than stand in a list", () => {
  const folder = newFolder();
  const file = join(folder, "sums.csv");
  // Of the base's words: numbers below 54.
  const rows = Array.from({ length: MOST_LISTED + 40_000 }, (_, i) => {
    const [first, second, third] = [i % 53, Math.floor(i / 53) % 52, Math.floor(i / (53 * 52))];
    return `${first} + ${second} - ${third},${first + second - third}`;
  });
  writeFileSync(file, `question,answer\n${rows.join("\n")}\n`);
  const sizes = ["--problems-per-step", "2", "--group-size", "2", "--max-completion-tokens", "8", "--workers", "1"];
  const measured = ["--evaluation-problems", "2", "--evaluation-samples", "1", "--watch-problems", "0"];
  const words = ["--run", join(folder, "run"), "--steps", "1", "--no-preflight", "--json", ...sizes, ...measured];
  const { code, stdout, stderr } = aha("zero", "--data", file, "--template", "compact", ...words);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout.trimEnd().split("\n").at(-1)!)).toMatchObject({ steps: 1, after: { problems: 2 } });
});
