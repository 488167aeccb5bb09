import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readAdapter } from "../../src/formats/adapter-files.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { mergeAdapterInto } from "../../src/model/lora.ts";
import { RandomStream, randomKey } from "../../src/random.ts";
import { createBilingualCountdown } from "../../src/tasks/index.ts";
import { resumeRun } from "../../src/training/resume-run.ts";
import { runSft } from "../../src/training/run-sft.ts";
import { runZero } from "../../src/training/run-zero.ts";
import { trainRewardModel } from "../../src/algorithms/train-reward-model.ts";
import type { RunContext, TrainingSummary } from "../../src/training/training-run.ts";
import { compactPrompt } from "../../src/prompts/index.ts";
import { openRunStore } from "../../src/store/index.ts";
import { tinyChatModel } from "../tiny-chat-model.ts";
import { newFolder, outcome } from "./cli-run.ts";

const BASE = new URL("../../models/countdown-bilingual-base", import.meta.url).pathname;
const SMALL = {
  base: BASE,
  task: "countdown-bilingual",
  seed: 3,
  maxCompletionTokens: 64,
  evaluationProblems: 4,
  evaluationSamples: 1,
};

/** Runs to the end at once, and again stopped after its second step and resumed: both must compute the same. */
async function stoppedAndResumed(
  run: (folder: string, context: RunContext) => Promise<TrainingSummary>,
): Promise<string> {
  const [whole, stopped] = [join(newFolder(), "run"), join(newFolder(), "run")];
  expect((await run(whole, {})).interrupted).toBe(false);
  const controller = new AbortController();
  const first = await run(stopped, {
    signal: controller.signal,
    onEvent: (event) => {
      if ((event.kind === "fit" && event.step === 2) || (event.kind === "step" && event.metrics.step === 2))
        controller.abort();
    },
  });
  expect(first.interrupted).toBe(true);
  expect(first.steps).toBe(2);
  expect((await resumeRun(stopped)).interrupted).toBe(false);
  expect(outcome(stopped)).toEqual(outcome(whole));
  return stopped;
}

/** The prompts of a run, each once. */
function promptsOf(folder: string): Set<string> {
  const store = openRunStore(folder, { readOnly: true });
  const prompts = new Set([...store.rollouts({})].map(({ prompt }) => prompt));
  store.close();
  return prompts;
}

function writeLines(name: string, rows: readonly object[]): string {
  const path = join(newFolder(), name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}

const task = createBilingualCountdown();
const random = new RandomStream(randomKey(1));
const documents = Array.from({ length: 150 }, () => task.corpus.document("default", random));

test("fine-tuning", async () => {
  const data = writeLines(
    "examples.jsonl",
    documents.slice(0, 40).map(({ problem, completion }) => ({ prompt: compactPrompt(problem), completion })),
  );
  await stoppedAndResumed((folder, context) => runSft(folder, { ...SMALL, data, batchSize: 16, epochs: 2 }, context));
});

test.each([
  ["chat", "", /^<\|im_start\|>system\n.*<\|im_start\|>assistant\n$/s],
  [
    "a template of one's own",
    "<think></think><answer></answer> {question}\n=>",
    /^<think><\/think><answer><\/answer> What is .*\n=>$/,
  ],
])("RL and fine-tuning by %s", async (_name, template, form) => {
  const options = {
    base: await tinyChatModel(),
    task: "arithmetic",
    seed: 3,
    template,
    maxCompletionTokens: 12,
    evaluationProblems: 2,
    evaluationSamples: 1,
  };
  const run = await stoppedAndResumed((folder, context) =>
    runZero(folder, { ...options, steps: 3, problemsPerStep: 2, groupSize: 2, preflight: false }, context),
  );
  expect(promptsOf(run).size).toBe(6);
  for (const prompt of promptsOf(run)) expect(prompt).toMatch(form);
  const data = writeLines(
    "examples.jsonl",
    [...promptsOf(run)].map((prompt) => ({ prompt, completion: "<answer> 3 </answer>" })),
  );
  await stoppedAndResumed((folder, context) => runSft(folder, { ...options, data, batchSize: 2, epochs: 2 }, context));
});

test("an adapter: RL with a penalty against the base, and fine-tuning", async () => {
  const lora = { lora: 4, loraTargets: ["q_proj", "up_proj"] as const };
  const run = await stoppedAndResumed((folder, context) =>
    runZero(
      folder,
      {
        ...SMALL,
        ...lora,
        steps: 4,
        problemsPerStep: 4,
        groupSize: 4,
        preflight: false,
        klCoefficient: 0.01,
        learningRate: 1e-2,
      },
      context,
    ),
  );
  const [base, merged] = [await loadCheckpoint(BASE), await loadCheckpoint(join(run, "final"))];
  const adapter = await readAdapter(join(run, "adapter"), base.config);
  const changed = base.parameters.slice();
  mergeAdapterInto(base.config, changed, adapter);
  expect(merged.parameters).toEqual(changed);
  expect(merged.parameters).not.toEqual(base.parameters);
  const data = writeLines(
    "examples.jsonl",
    documents.slice(0, 24).map(({ problem, completion }) => ({ prompt: compactPrompt(problem), completion })),
  );
  await stoppedAndResumed((folder, context) =>
    runSft(folder, { ...SMALL, ...lora, data, batchSize: 8, epochs: 2 }, context),
  );
});

test("PPO with a critic", async () => {
  await stoppedAndResumed((folder, context) =>
    runZero(
      folder,
      {
        ...SMALL,
        steps: 4,
        problemsPerStep: 4,
        groupSize: 4,
        preflight: false,
        critic: true,
        aggregation: "token-mean",
      },
      context,
    ),
  );
});

test("RL for all scenarios: language, a reward model, general prompts in the last steps", async () => {
  const pairs = documents
    .slice(0, 120)
    .map(({ problem, completion }, i) => ({
      prompt: compactPrompt(problem),
      chosen: completion,
      rejected: documents[(i + 1) % 120]!.completion,
    }));
  const rewardModel = join(newFolder(), "reward-model");
  const { testAccuracy, pairs: trained } = await trainRewardModel(rewardModel, pairs, {
    base: BASE,
    batchSize: 32,
    epochs: 1,
  });
  expect(trained).toBeGreaterThan(80);
  expect(testAccuracy).toBeGreaterThanOrEqual(0);
  const options = {
    ...SMALL,
    steps: 4,
    problemsPerStep: 4,
    groupSize: 4,
    preflight: false,
    temperature: 0.7,
    languageWeight: 0.5,
    formatWeight: 1,
    rewardModel,
    generalPerStep: 2,
    preferenceSteps: 2,
  };
  await stoppedAndResumed((folder, context) => runZero(folder, options, context));
});
