import { expect, test } from "vitest";
import { workInLanes } from "./stage-lanes.ts";
import type { Stage } from "./stage-runner.ts";

/** A stage of a name that is its key too. */
function stageOf(name: string, ...inputs: readonly Stage[]): Stage {
  return {
    name,
    key: name,
    folder: name,
    title: "",
    inputs,
    options: {},
    expectedSeconds: 1,
    outputs: [],
    resultShape: () => null,
    work: () => Promise.resolve({}),
  };
}

/** Works that end when they are told to; what happened, in its order. */
function bench(): {
  readonly log: string[];
  readonly work: (stage: Stage) => Promise<void>;
  readonly end: (name: string, error?: Error) => Promise<void>;
} {
  const log: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  return {
    log,
    work: ({ name }) => {
      log.push(`begin ${name}`);
      return new Promise((resolve, reject) =>
        ends.set(name, (error) => (error === undefined ? resolve() : reject(error))),
      );
    },
    async end(name, error) {
      log.push(`end ${name}`);
      ends.get(name)!(error);
      for (let i = 0; i < 3; i++) await new Promise((done) => setImmediate(done));
    },
  };
}

const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

test("stages go side by side, each behind its inputs, the earlier ones first", async () => {
  const { log, work, end } = bench();
  const [a, c] = [stageOf("a"), stageOf("c")];
  const [b, d] = [stageOf("b", a), stageOf("d")];
  const done = workInLanes([a, b, c, d], 2, work);
  await settled();
  expect(log).toEqual(["begin a", "begin c"]);
  await end("a");
  // Before d, which has waited longer.
  expect(log.slice(2)).toEqual(["end a", "begin b"]);
  await end("c");
  await end("b");
  await end("d");
  expect(log.slice(4)).toEqual(["end c", "begin d", "end b", "end d"]);
  await Promise.all(done.values());
});

test("one lane does them in their order", async () => {
  const { log, work, end } = bench();
  const a = stageOf("a");
  workInLanes([a, stageOf("b", a), stageOf("c")], 1, work);
  await settled();
  for (const name of ["a", "b", "c"]) await end(name);
  expect(log).toEqual(["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
});

test("an error reaches the stage and what reads it, and no other", async () => {
  const { log, work, end } = bench();
  const a = stageOf("a");
  const done = workInLanes([a, stageOf("b", a), stageOf("c")], 1, work);
  await settled();
  await end("a", new Error("no"));
  await end("c");
  await expect(done.get("a")).rejects.toThrow("no");
  await expect(done.get("b")).rejects.toThrow("no");
  await expect(done.get("c")).resolves.toBeUndefined();
  expect(log).not.toContain("begin b");
});
