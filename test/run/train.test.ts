import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  accuracyReward,
  dataTask,
  defineAlgorithm,
  defineTask,
  grpo,
  meanCentredAdvantages,
  ppo,
  shippedModel,
  train,
  type RewardPart,
  type RunStep,
  type Task,
  type TrainOptions,
} from "../../src/index.ts";
import { openRunStore } from "../../src/store/index.ts";
import { readRunConfig } from "../../src/store/open-run.ts";
import { tinyChatModel } from "../tiny-chat-model.ts";
import { newFolder } from "./cli-run.ts";

const SMALL = {
  model: shippedModel("countdown-base"),
  task: "countdown",
  steps: 2,
  preflight: false,
  sampling: { problemsPerStep: 2, groupSize: 4, maxCompletionTokens: 24 },
  evaluation: { problems: 4, samples: 1 },
  engine: { workers: 1 },
} as const;

const setting = (more: Partial<TrainOptions> = {}): TrainOptions => ({
  ...SMALL,
  folder: join(newFolder(), "run"),
  ...more,
});

async function stepsOf(options: TrainOptions): Promise<RunStep[]> {
  const steps: RunStep[] = [];
  for await (const step of train(options)) steps.push(step);
  return steps;
}

/** The share of the longest that may be: another reward than any of the package's. */
const length: RewardPart = { name: "length", weight: 1, score: ({ tokens }) => tokens.length / 24 };
/** The longest of each group. */
const longest: RewardPart = {
  name: "longest",
  weight: 0.5,
  scoreGroup: (group) => {
    const most = Math.max(...group.map(({ tokens }) => tokens.length));
    return group.map(({ tokens }) => (tokens.length === most ? 1 : 0));
  },
};

const words = defineTask({
  name: "own-words",
  problems: Array.from({ length: 40 }, (_, i) => ({ question: `${i} 3 4 make 7`, data: 7 })),
  verify: ({ data }, answer) => answer.trim() === String(data),
});

describe("a run is an async iterable of its steps", () => {
  test("gives each step with what was written, and then the summary", async () => {
    const run = train(setting());
    const steps: RunStep[] = [];
    for await (const step of run) steps.push(step);
    expect(steps.map(({ step }) => step)).toEqual([1, 2]);
    expect(steps[0]).toMatchObject({ rollouts: 8, unverifiable: { count: 0, reasons: [] } });
    expect(steps[0]!.completions).toHaveLength(8);
    expect(steps[0]!.completions[0]!.rollout.text).toEqual(expect.any(String));
    expect(await run.finished()).toMatchObject({ steps: 2, interrupted: false });
    expect(existsSync(join(run.folder, "final"))).toBe(true);
  });

  test("makes a step when it is asked for, and ends where the loop is left, to be resumed", async () => {
    const options = setting({ steps: 3 });
    const whole = await stepsOf(setting({ steps: 3 }));
    const run = train(options);
    for await (const { step } of run) if (step === 1) break;
    expect(await run.finished()).toMatchObject({ steps: 1, interrupted: true, after: null });
    const resumed = await stepsOf({ ...options, resume: true });
    expect(resumed.map(({ step }) => step)).toEqual([2, 3]);
    expect(resumed.map(({ accuracy, loss }) => [accuracy, loss])).toEqual(
      whole.slice(1).map(({ accuracy, loss }) => [accuracy, loss]),
    );
  });

  test("runs to its end where nobody follows it", async () => {
    expect(await train(setting({ steps: 1 })).finished()).toMatchObject({ steps: 1, interrupted: false });
  });

  test("ends at an error in the loop that follows it", async () => {
    const follow = async (): Promise<void> => {
      for await (const { step } of train(setting())) throw new Error(`mine at ${step}`);
    };
    await expect(follow()).rejects.toThrow("mine at 1");
  });

  test("can't be followed twice", async () => {
    const run = train(setting({ steps: 1 }));
    for await (const { step } of run) expect(step).toBe(1);
    await expect(run[Symbol.asyncIterator]().next()).rejects.toThrow("followed from its start and once");
  });
});

describe("values in the place of names", () => {
  test("rewards: of a completion, of a group, and by name", async () => {
    const options = setting({ rewards: [length, longest, "accuracy"] });
    const [first] = await stepsOf(options);
    expect(Object.keys(first!.rewardByPart).sort()).toEqual(["accuracy", "length", "longest"]);
    for (const { reward, rollout } of first!.completions)
      expect(reward.breakdown["length"]).toBe(rollout.tokens.length / 24);
    const store = openRunStore(options.folder, { readOnly: true });
    expect(store.config["values"]).toEqual({
      "reward length": { name: "length", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown },
      "reward longest": { name: "longest", sha256: expect.any(String) as unknown },
      "reward accuracy": { name: "accuracy", sha256: expect.any(String) as unknown },
    });
    store.close();
  });

  test("a task and a template", async () => {
    const options = setting({ task: words, template: ({ question }) => `<bos> ${question} :`, steps: 1 });
    const [first] = await stepsOf(options);
    expect(first!.completions[0]!.prompt).toMatch(/^<bos> \d+ 3 4 make 7 :$/);
    expect(first!.completions[0]!.problemId).toMatch(/^own-words:/);
  });

  test("an algorithm of one's own decides the advantages", async () => {
    const doubled = defineAlgorithm({
      name: "doubled",
      advantages: (rewards) => meanCentredAdvantages(rewards).map((advantage) => 2 * advantage),
    });
    const rewards = [length];
    const [own] = await stepsOf(setting({ rewards, algorithm: doubled, steps: 1 }));
    const [plain] = await stepsOf(setting({ rewards, algorithm: grpo({ advantages: "mean-centred" }), steps: 1 }));
    const advantages = ({ completions }: RunStep): number[] => completions.map(({ advantage }) => advantage ?? 0);
    expect(advantages(plain!).some((advantage) => advantage !== 0)).toBe(true);
    expect(advantages(own!)).toEqual(advantages(plain!).map((advantage) => 2 * advantage));
  });

  test("an algorithm's options are the run's", async () => {
    const options = setting({ algorithm: ppo({ criticLearningRate: 0.002, groupSize: 2 }), steps: 1 });
    const { groupSize: _, ...sampling } = SMALL.sampling;
    await stepsOf({ ...options, sampling });
    const store = openRunStore(options.folder, { readOnly: true });
    expect(store.config).toMatchObject({ critic: true, criticLearningRate: 0.002, groupSize: 2 });
    store.close();
    const state = readFileSync(join(options.folder, "checkpoints", "step-1", "training-state.safetensors"));
    expect(state.includes("critic_second_moment")).toBe(true);
  });
});

describe("a resume asks for the values that the run began with", () => {
  const begun = async (): Promise<TrainOptions> => {
    const options = setting({ task: words, rewards: [length], steps: 2 });
    for await (const { step } of train(options)) if (step === 1) break;
    return options;
  };

  test("and goes on with the same", async () => {
    const options = await begun();
    expect((await stepsOf({ ...options, resume: true })).map(({ step }) => step)).toEqual([2]);
  });

  test.each<readonly [string, Partial<TrainOptions>, RegExp]>([
    ["none", { rewards: {} }, /^Expected the reward "length" that the run in .* began with, .* got none; give/],
    ["others", { rewards: [{ ...length, score: () => 1 }] }, /^Expected the reward "length" as .* another source/],
    ["more", { rewards: [length, accuracyReward()] }, /got a reward accuracy besides/],
    ["another weight", { rewards: [{ ...length, weight: 2 }] }, /another source/],
    ["a name for the task", { task: "countdown" }, /^Expected the task "own-words" that/],
  ])("refuses %s", async (_name, more, message) => {
    const options = await begun();
    await expect(stepsOf({ ...options, ...more, resume: true })).rejects.toThrow(message);
  });
});

describe("what is wrong is told before anything begins", () => {
  test.each<readonly [string, object, string]>([
    ["an unknown key", { stepz: 3 }, 'Expected a known option, got "stepz". Did you mean `steps`?'],
    ["an unknown key of a group", { sampling: { grupSize: 3 } }, 'got "grupSize". Did you mean `groupSize`?'],
    ["an unknown algorithm", { algorithm: "grpoo" }, "Expected `algorithm` to be one of grpo, ppo, rloo, or a value"],
    ["an unknown reward", { rewards: ["acuracy"] }, "to be one of accuracy, format, language, or a value"],
  ])("%s", (_name, more, message) => {
    expect(() => train({ ...setting(), ...more })).toThrow(message);
  });

  test("a task that would be taken for one of the package's", async () => {
    const task = { ...words, name: "countdown" };
    await expect(stepsOf(setting({ task }))).rejects.toThrow("a task of another name than the package's");
  });

  test("a reward without a score", async () => {
    const rewards = [{ name: "none", weight: 1 } as unknown as RewardPart];
    await expect(stepsOf(setting({ rewards }))).rejects.toThrow("to have a function `score`");
  });
});

describe("somebody's data as a task", () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({ question: `What is ${i} + 1?`, gold: String(i + 1) }));
  const written = (of: readonly object[]): string => {
    const path = join(newFolder(), "qa.jsonl");
    writeFileSync(path, of.map((row) => JSON.stringify(row)).join("\n"));
    return path;
  };

  test("is trained on, and a resume asks for the same data, read the same way", async () => {
    const path = written(rows);
    const options = setting({ model: await tinyChatModel(), steps: 1, task: await dataTask(path, { kind: "maths" }) });
    const notes: string[] = [];
    const [step] = await stepsOf({
      ...options,
      onEvent: (event) => {
        if (event.kind === "note") notes.push(event.text);
      },
    });
    expect(step).toMatchObject({ step: 1 });
    expect(notes.join("\n")).toMatch(/question "question", gold "gold", compared as maths/);
    const { dataSha256, values } = readRunConfig(options.folder);
    const again = await dataTask(path, { kind: "maths" });
    expect(dataSha256).toBe(again.file.digest);
    expect(values).toMatchObject({ task: { name: "qa" } });
    const resumed = async (task: Task): Promise<unknown> => stepsOf({ ...options, task, resume: true });
    expect(await resumed(again)).toEqual([]);
    await expect(resumed(await dataTask(path, { kind: "number" }))).rejects.toThrow(
      /the task "qa" .* got another source/,
    );
    await expect(resumed(await dataTask(written(rows.slice(1)), { kind: "maths" }))).rejects.toThrow(/another source/);
  });

  test("a misspelt option is told, and long questions are left out where that is asked for", async () => {
    const path = written([...rows, { question: "long ".repeat(1000), gold: "7" }]);
    await expect(dataTask(path, { knd: "maths" } as object)).rejects.toThrow(/knd.*kind/);
    const model = await tinyChatModel();
    const run = async (task: Task): Promise<unknown> => stepsOf(setting({ model, steps: 1, task }));
    await expect(run(await dataTask(path))).rejects.toThrow(/1 of \d+, the longest of \d+ tokens: ".*dropLong/);
    expect(await run(await dataTask(path, { dropLong: true }))).toHaveLength(1);
  });
});
