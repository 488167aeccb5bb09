import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  accuracyReward,
  dataTask,
  findTask,
  train,
  type RewardPart,
  type RunStep,
  type Task,
} from "../../src/index.ts";
import { openTemplate } from "../../src/asking/model-template.ts";
import { createJudge } from "../../src/judging/create-judge.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import type { Problem, Split } from "../../src/records/problem.ts";
import { tinyChatModel } from "../tiny-chat-model.ts";
import { newFolder, outcome } from "./cli-run.ts";

/**
 * The package's number-words as somebody's file: its questions and golds, each with its split. Three things a file
 * can't say, and so are made equal here: the examples that the task shows in its prompts, the names of its problems
 * (a file's are hashes of their questions, on which draws depend), and splits where no column names them.
 */
const SPLITS: readonly Split[] = ["train", "validation", "heldOut"];
const builtIn: Task = { ...findTask("number-words"), name: "words", examples: [] };
const valueOf = ({ data }: Problem): string => String((data as { readonly value: number }).value);

function exported(): string {
  const path = join(newFolder(), "number-words.jsonl");
  const rows = SPLITS.flatMap((split) =>
    builtIn.problems(split).map((problem) => ({ question: problem.question, gold: valueOf(problem), split })),
  );
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  return path;
}

/** The task with the names that its problems have in the package. */
function named(task: Task): Task {
  const ids = new Map(SPLITS.flatMap((split) => builtIn.problems(split)).map(({ question, id }) => [question, id]));
  const problems = (split: Split): readonly Problem[] =>
    task.problems(split).map((problem) => ({ ...problem, id: ids.get(problem.question)! }));
  const { name, verify, extract, answerForm, answerKey } = task;
  return { name, problems, verify, extract: extract!, answerForm: answerForm!, answerKey: answerKey! };
}

test("a file of number-words gives the same problems, prompts and verdicts as the task", async () => {
  const task = await dataTask(exported());
  const model = await loadCheckpoint(await tinyChatModel());
  const [own, its] = await Promise.all([task, builtIn].map((one) => openTemplate(model, "", one)));
  for (const split of SPLITS) {
    const pairs = task.problems(split).map((problem, place) => [problem, builtIn.problems(split)[place]!] as const);
    expect(pairs.length).toBe(builtIn.problems(split).length);
    for (const [problem, same] of pairs) {
      expect([problem.question, problem.data.gold]).toEqual([same.question, valueOf(same)]);
      expect(own!.template(problem)).toBe(its!.template(same));
    }
  }
  const judges = [createJudge(task, undefined), createJudge(builtIn, undefined)];
  const answers = (gold: string): string[] =>
    [gold, ` ${gold} `, `+${gold}`, `0${gold}`, `${gold}0`, `-${gold}`, "", "many", `${gold} or 7`].map(
      (answer) => `<think> so </think> <answer>${answer}</answer>`,
    );
  const places = [0, 50, 150];
  const kinds = await Promise.all(
    [task, builtIn].map(async (one, which) => {
      const asked = places.flatMap((place) => {
        const problem = one.problems("heldOut")[place]!;
        const gold = valueOf(builtIn.problems("heldOut")[place]!);
        return [...answers(gold), gold, `<answer> ${gold}`].map((text) => ({
          problem,
          prompt: "",
          text,
          stop: "end" as const,
        }));
      });
      return (await judges[which]!.judge(asked)).map(({ verdict, text }) => [text, verdict.kind]);
    }),
  );
  expect(kinds[0]).toEqual(kinds[1]);
  expect(new Set(kinds[0]!.map(([, kind]) => kind))).toEqual(new Set(["right", "wrong"]));
  await Promise.all(judges.map((judge) => judge.stop()));
});

test("and a run on either is the same run: curve, rollouts and weights", async () => {
  // What a model of noise never earns by right answers, it earns by length: so that weights move.
  const length: RewardPart = { name: "length", weight: 1, score: ({ tokens }) => tokens.length / 12 };
  const model = await tinyChatModel();
  const run = async (task: Task): Promise<{ readonly steps: RunStep[]; readonly weights: string }> => {
    const folder = join(newFolder(), "run");
    const steps: RunStep[] = [];
    for await (const step of train({
      model,
      task,
      folder,
      steps: 3,
      preflight: false,
      rewards: [accuracyReward(), length],
      sampling: { problemsPerStep: 4, groupSize: 4, maxCompletionTokens: 12 },
      evaluation: { problems: 4, samples: 1 },
      engine: { workers: 1 },
    }))
      steps.push(step);
    return { steps, weights: outcome(folder).weights };
  };
  const ofFile = await run(named(await dataTask(exported())));
  const ofTask = await run(builtIn);
  const curve = ({ steps }: typeof ofFile): unknown[] =>
    steps.map(({ step, accuracy, completions }) => [
      step,
      accuracy,
      completions.map(({ problemId, rollout, reward }) => [problemId, rollout.text, reward]),
    ]);
  expect(curve(ofFile)).toEqual(curve(ofTask));
  expect(ofFile.weights).toBe(ofTask.weights);
  expect(ofFile.steps).toHaveLength(3);
});
