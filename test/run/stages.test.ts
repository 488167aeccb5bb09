import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { StageRunner, type Stage } from "../../src/pipelines/stage-runner.ts";
import { fields, number } from "../../src/store/shape.ts";
import { newFolder } from "./cli-run.ts";

const MADE = fields({ value: number() });

interface Made {
  readonly value: number;
}

/** Two stages, the second reading the first; `log` says what was worked on. */
function twoStages(
  root: string,
  log: string[],
  doubled: number = 2,
): { readonly runner: StageRunner; readonly first: Stage<Made>; readonly second: Stage<Made> } {
  const runner = new StageRunner(root);
  const first = runner.define<Made>({
    name: "first",
    title: "writes a number",
    inputs: [],
    options: { value: 3 },
    expectedSeconds: 1,
    resultShape: MADE,
    outputs: ["number.txt"],
    work(folder) {
      log.push("first");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "number.txt"), "3");
      return Promise.resolve({ value: 3 });
    },
  });
  const second = runner.define<Made>({
    name: "second",
    title: "multiplies it",
    inputs: [first],
    options: { doubled },
    expectedSeconds: 1,
    resultShape: MADE,
    outputs: [],
    work: () => {
      log.push("second");
      return Promise.resolve({ value: doubled * Number(readFileSync(join(first.folder, "number.txt"), "utf8")) });
    },
  });
  return { runner, first, second };
}

test("a rerun reuses what hasn't changed, and does anew what has", async () => {
  const root = newFolder();
  const log: string[] = [];
  const one = twoStages(root, log);
  expect(await one.runner.result(one.second)).toEqual({ value: 6 });
  const again = twoStages(root, log);
  expect(await again.runner.result(again.second)).toEqual({ value: 6 });
  expect(log).toEqual(["first", "second"]);
  const other = twoStages(root, log, 5);
  expect(await other.runner.result(other.second)).toEqual({ value: 15 });
  expect(log).toEqual(["first", "second", "second"]);
  expect(other.runner.plan([other.second]).map(({ name, state }) => [name, state])).toEqual([
    ["first", "cached"],
    ["second", "cached"],
  ]);
});

test("an artefact that was edited is refused in one line, and nothing is lost", async () => {
  const root = newFolder();
  const { runner, second, first } = twoStages(root, []);
  await runner.result(second);
  writeFileSync(join(first.folder, "number.txt"), "4");
  const again = twoStages(root, []);
  await expect(again.runner.result(again.first)).rejects.toThrow(
    /number\.txt"? to be as the stage first made it; it was changed since\. Put it back, or delete .*first-/,
  );
  expect(readdirSync(root)).toHaveLength(2);
});

test("a stage that fails leaves no record, and is done the next time", async () => {
  const root = newFolder();
  const runner = new StageRunner(root);
  let tries = 0;
  const define = (): Stage<Made> =>
    new StageRunner(root).define<Made>({
      name: "flaky",
      title: "fails once",
      inputs: [],
      options: {},
      expectedSeconds: 1,
      resultShape: MADE,
      outputs: [],
      work: () => (++tries === 1 ? Promise.reject(new Error("power cut")) : Promise.resolve({ value: 1 })),
    });
  await expect(runner.result(define())).rejects.toThrow("power cut");
  expect(await new StageRunner(root).result(define())).toEqual({ value: 1 });
});

test("a damaged record says so", async () => {
  const root = newFolder();
  const { runner, first } = twoStages(root, []);
  await runner.result(first);
  writeFileSync(join(first.folder, "stage.json"), "{");
  const again = twoStages(root, []);
  await expect(again.runner.result(again.first)).rejects.toThrow(/to hold the record of a stage, got damage/);
});
