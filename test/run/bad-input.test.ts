import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { EvaluationResult } from "../../src/records/metrics.ts";
import { aha, newFolder, smallRun } from "./cli-run.ts";

const BASE = new URL("../../models/countdown-base", import.meta.url).pathname;

/** A copy of the shipped base with something broken. */
function brokenBase(breakIt: (folder: string) => void): string {
  const folder = join(newFolder(), "base");
  cpSync(BASE, folder, { recursive: true });
  breakIt(folder);
  return folder;
}

/** One clear line, exit code 2, no stack. */
function expectOneLine(flags: readonly string[], words: RegExp): void {
  const { code, stdout, stderr } = aha(...flags);
  const errorLines = stderr
    .trim()
    .split("\n")
    .filter((line) => line !== "" && !/^(Preflight|Verdict|\d| {2})/.test(line));
  expect(stderr).toMatch(words);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(errorLines.length, stderr).toBeLessThanOrEqual(2);
}

const run = (...flags: readonly string[]): string[] => [...smallRun(join(newFolder(), "run"), 2), ...flags];

function editWeights(folder: string, edit: (bytes: Buffer, headerLength: number) => void): void {
  const path = join(folder, "model.safetensors");
  const bytes = readFileSync(path);
  edit(bytes, Number(bytes.readBigUInt64LE(0)));
  writeFileSync(path, bytes);
}

describe("options", () => {
  test.each([
    [["--task", "countdwn"], /task.*countdown.*countdwn/],
    [["--preset", "papers"], /preset.*papers.*paper, modern/],
    [["--group-size", "1"], /Expected --group-size .*from 2.*got 1/],
    [["--max-completion-tokens", "5000"], /320 positions.*--max-completion-tokens 3\d\d or less/],
    [["--advantages", "grp"], /advantages|Allowed choices/],
    [["--stps", "3"], /unknown option.*--stps/],
    [["--max-completion-tokens", "4"], /will not learn.*truncated at 4 tokens.*--max-completion-tokens 8/],
  ])("%j", (flags, words) => expectOneLine(run(...flags), words));
});

describe("a base folder", () => {
  test("that is missing", () => expectOneLine(run("--base", "/nowhere/base"), /\/nowhere\/base/));
  test("without a tokenizer", () =>
    expectOneLine(
      run(
        "--base",
        brokenBase((folder) => rmSync(join(folder, "tokenizer.json"))),
      ),
      /tokenizer\.json/,
    ));
  test("with a truncated file", () =>
    expectOneLine(
      run(
        "--base",
        brokenBase((folder) => truncateSync(join(folder, "model.safetensors"), 100_000)),
      ),
      /model\.safetensors/,
    ));
  test("with a header that lies about its length", () =>
    expectOneLine(
      run(
        "--base",
        brokenBase((folder) => editWeights(folder, (bytes) => bytes.writeBigUInt64LE(2n ** 40n, 0))),
      ),
      /header/,
    ));
  test("with NaN weights", () =>
    expectOneLine(
      run(
        "--base",
        brokenBase((folder) =>
          editWeights(folder, (bytes, header) => bytes.writeFloatLE(Number.NaN, 8 + header + 400)),
        ),
      ),
      /NaN|finite/,
    ));
  test("with shapes that don't fit its config", () =>
    expectOneLine(
      run(
        "--base",
        brokenBase((folder) =>
          writeFileSync(
            join(folder, "config.json"),
            readFileSync(join(folder, "config.json"), "utf8").replace(
              /"intermediate_size": *\d+/,
              '"intermediate_size": 64',
            ),
          ),
        ),
      ),
      /mlp\..*(shape|\[)/,
    ));
  test("with a tokenizer that is too large for its vocabulary", () =>
    expectOneLine(
      run(
        "--base",
        brokenBase((folder) =>
          writeFileSync(
            join(folder, "tokenizer.json"),
            readFileSync(join(folder, "tokenizer.json"), "utf8").replace(/"hmm": *\d+/, '"hmm": 500'),
          ),
        ),
      ),
      /tokenizer|vocabulary/i,
    ));
});

describe("a run folder", () => {
  test("of another configuration: the fields that differ are named", () => {
    const folder = join(newFolder(), "run");
    expect(aha(...smallRun(folder, 1)).code).toBe(0);
    expectOneLine([...smallRun(folder, 1), "--learning-rate", "0.01"], /--learning-rate is .* there and 0\.01 here/);
    expectOneLine(smallRun(folder, 1), /aha resume/);
  });
  test("with other files", () => {
    const folder = newFolder();
    writeFileSync(join(folder, "holiday.jpg"), "");
    expectOneLine(smallRun(folder, 1), /holiday\.jpg/);
  });
  test("that holds no run can't be resumed", () => expectOneLine(["resume", newFolder()], /run\.db/));
  test("that can't be made", () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    expectOneLine(smallRun(join(file, "run"), 1), /file/);
  });
});

describe("a user's verifier", () => {
  const taskModule = (verify: string): string => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "task.mjs");
    const problems = `(split) => Array.from({ length: split === "corpus" ? 0 : 8 }, (_, i) => ({ id: split + i, split, question: split + i, compactQuestion: (i + 1) + (split === "train" ? " 2 make " : " 3 make ") + (i + 3), difficulty: 0.5, data: null }))`;
    writeFileSync(
      path,
      `let calls = 0; export default { name: "own", problems: ${problems}, verify: (problem, answer) => { calls++; ${verify} } };`,
    );
    return path;
  };

  test("that throws now and then: the run goes on and counts what could not be verified", () => {
    const folder = join(newFolder(), "run");
    const { code, stderr, stdout } = aha(
      ...smallRun(folder, 2),
      "--json",
      "--no-preflight",
      "--task",
      taskModule(
        `if (calls % 3 === 0) throw new Error("no idea"); return calls % 2 === 0 ? { kind: "right" } : { kind: "wrong", reason: "odd" };`,
      ),
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toMatchObject({ steps: 2 });
    const shown = aha("show", folder, "--step", "1", "--only", "unverifiable", "--json");
    expect(shown.stderr + shown.stdout).toContain("no idea");
    expect(shown.stderr + shown.stdout).toContain("not scored");
  });

  test("that never ends is named before anything is trained", () =>
    expectOneLine(
      [...run("--group-size", "2", "--verifier-seconds", "0.05"), "--task", taskModule("for (;;);")],
      /verifier of the task own failed 20 times in a row.*did not end within 0\.05 s.*never gave a verdict/,
    ));

  test("that gives NaN is named too", () =>
    expectOneLine([...run(), "--task", taskModule("return NaN;")], /unverifiable.*NaN/));

  test("that declines everything ends an evaluation with its own words, and what it declines is counted", () => {
    const model = [BASE, "--samples", "2", "--max-completion-tokens", "64"];
    const declines = taskModule(`return { kind: "unverifiable", reason: "no reference answer" };`);
    expectOneLine(["eval", ...model, "--task", declines], /all \d+ are unverifiable \(no reference answer\)/);
    const some = taskModule(
      `return problem.id === "heldOut0" ? { kind: "partly", score: 0.5 } : { kind: "unverifiable", reason: "no reference answer" };`,
    );
    const { code, stdout, stderr } = aha("eval", ...model, "--samples", "8", "--task", some, "--json");
    expect(code, stderr).toBe(0);
    const { accuracy, judged, unverifiable, problems, samples } = JSON.parse(stdout) as EvaluationResult;
    expect(judged + unverifiable.count).toBe(problems * samples);
    expect(unverifiable.reasons).toEqual([{ reason: "no reference answer", count: unverifiable.count }]);
    // A completion without an answer is wrong, so that accuracy is at most the part.
    expect(accuracy).toBeGreaterThan(0);
    expect(accuracy).toBeLessThanOrEqual(0.5);
    expect(aha("eval", ...model, "--samples", "8", "--task", some).stdout).toContain(
      `${unverifiable.count} unverifiable (no reference answer)`,
    );
  });
});
