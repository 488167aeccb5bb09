import { expectTypeOf, test } from "vitest";
import {
  accuracyReward,
  defineAlgorithm,
  defineTask,
  evaluate,
  grpo,
  openModel,
  train,
  type AlgorithmValue,
  type CompletionReward,
  type Evaluation,
  type Problem,
  type Rollout,
  type Run,
  type RunStep,
  type Task,
  type TrainableModel,
  type TrainOptions,
} from "../../src/index.ts";

/*
 * What the types of the public API promise. `npm run check:types` fails where one of these no longer holds; each
 * `@ts-expect-error` fails there where the compiler takes what it should refuse.
 */

test("a task knows the data of its problems", () => {
  const own = {
    name: "sums",
    problems: Array.from({ length: 40 }, (_, sum) => ({ question: `0 + ${sum}`, data: { sum } })),
  };
  const task = defineTask({
    ...own,
    verify({ data }, answer) {
      expectTypeOf(data).toEqualTypeOf<{ sum: number }>();
      expectTypeOf(answer).toEqualTypeOf<string>();
      return Number(answer) === data.sum;
    },
  });
  expectTypeOf(task).toEqualTypeOf<Task<{ sum: number }>>();
});

test("a run is an async iterable of its steps", () => {
  expectTypeOf(train).returns.toEqualTypeOf<Run>();
  expectTypeOf<Run>().toExtend<AsyncIterable<RunStep>>();
  expectTypeOf<RunStep["step"]>().toEqualTypeOf<number>();
  expectTypeOf<RunStep["accuracy"]>().toEqualTypeOf<number | null>();
  expectTypeOf<RunStep["unverifiable"]["count"]>().toEqualTypeOf<number>();
});

test("options: each a value or its name, unknown ones refused", () => {
  const needed = { model: "base", task: "countdown", folder: "runs/x" };
  expectTypeOf(needed).toExtend<TrainOptions>();
  expectTypeOf({ ...needed, algorithm: "ppo" as const }).toExtend<TrainOptions>();
  expectTypeOf({ ...needed, algorithm: grpo() }).toExtend<TrainOptions>();
  expectTypeOf({ ...needed, rewards: [accuracyReward()] }).toExtend<TrainOptions>();
  expectTypeOf({ ...needed, rewards: ["accuracy" as const] }).toExtend<TrainOptions>();
  expectTypeOf({ ...needed, template: ({ question }: Problem) => question }).toExtend<TrainOptions>();
  expectTypeOf<TrainOptions>().not.toExtend<{ readonly grupSize?: number }>();
  // @ts-expect-error an algorithm that isn't there
  const algorithm: TrainOptions["algorithm"] = "grpoo";
  // @ts-expect-error an option of another group
  const sampling: TrainOptions["sampling"] = { learningRate: 1 };
  // @ts-expect-error a run is followed, not changed
  ((run: Run) => (run.folder = "x")) satisfies unknown;
  expectTypeOf(algorithm).not.toBeAny();
  expectTypeOf(sampling).not.toBeAny();
});

test("rewards and algorithms are values", () => {
  expectTypeOf(accuracyReward()).toExtend<CompletionReward>();
  expectTypeOf(grpo).returns.toEqualTypeOf<AlgorithmValue>();
  expectTypeOf(defineAlgorithm({ name: "a", advantages: (rewards) => [...rewards] })).toEqualTypeOf<AlgorithmValue>();
  // @ts-expect-error a score is a number or null
  const wrong: CompletionReward = { name: "a", weight: 1, score: () => "1" };
  expectTypeOf(wrong).not.toBeAny();
});

test("a model at work", () => {
  expectTypeOf(openModel).returns.resolves.toEqualTypeOf<TrainableModel>();
  expectTypeOf<TrainableModel["sample"]>().returns.resolves.toEqualTypeOf<Rollout[][]>();
  expectTypeOf<TrainableModel["score"]>().returns.resolves.toEqualTypeOf<Float32Array[]>();
  expectTypeOf(evaluate).returns.resolves.toEqualTypeOf<Evaluation>();
  // @ts-expect-error a learning rate is needed
  ((model: TrainableModel) => model.update([], {})) satisfies unknown;
});
