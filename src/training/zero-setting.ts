import { totalmem } from "node:os";
import { OptionError, TaskError } from "../errors.ts";
import { askedBeside } from "../asking/asking-options.ts";
import { openTemplate, templateNameFor } from "../asking/model-template.ts";
import { startAll } from "../host/start-all.ts";
import { storedQueue } from "../host/redis/redis-address.ts";
import { sha256Of } from "../host/sha256.ts";
import { createJudge, type JudgeContext } from "../judging/create-judge.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import { clippedPolicyLoss } from "../losses/index.ts";
import type { RunConfig } from "../store/index.ts";
import type { Task } from "../tasks/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import { planDevice } from "../policy/device/device-plan.ts";
import { planMemory } from "../policy/local/memory-plan.ts";
import { policySize } from "../policy/local/policy-size.ts";
import { ScalarModel } from "../policy/local/scalar-model.ts";
import type { TrainingSamplingOptions } from "../policy/sampling/sampling-options.ts";
import type { RewardOptions } from "../rewards/reward-options.ts";
import { checkMemory } from "./check-memory.ts";
import { openAlgorithm } from "../algorithms/open-algorithm.ts";
import { optionRewards, ownRewards } from "../algorithms/step-rewards.ts";
import type { PolicySetting } from "../algorithms/train-policy.ts";
import type { MemoryPlan } from "../policy/local/memory-plan.ts";
import { openPolicy, withWeights, type ModelToTrain, type OpenedPolicy } from "./open-policy.ts";
import { fitTask } from "./fitting-task.ts";
import { recordedOptions } from "./recorded-options.ts";
import { problemSet } from "../data/problem-set.ts";
import { isDataTask } from "../data/task-from-data.ts";
import { nameValues, OWN_TEMPLATE, type RunValues } from "./run-values.ts";
import type { ZeroOptions } from "./zero-groups.ts";

/** What a run trains, on what, and what else scores it. */
export interface TrainedParts {
  readonly model: ModelToTrain;
  readonly task: Task;
  /** What a thread can load the task by; undefined for values and data. */
  readonly taskSource: string | undefined;
  readonly rewardModel: Checkpoint | undefined;
  /** What the program gave in the place of names. */
  readonly values?: RunValues;
}

/** How the opening of a setting is followed. */
export interface SettingContext extends JudgeContext {
  readonly onNote?: ((text: string) => void) | undefined;
}

/** A run's setting with what must be stopped at its end. */
export interface OpenSetting extends PolicySetting, OpenedPolicy {
  /** Null where a server computes. */
  readonly memory: MemoryPlan | null;
}

/**
 * What a run's config records: the options, the template, and its models by the hash of their weights instead of their
 * place.
 */
export function runConfig(
  options: ZeroOptions,
  { model, rewardModel, values = {} }: Omit<TrainedParts, "task" | "taskSource">,
): RunConfig {
  const named = nameValues(values);
  const { base, system, thinking, queue } = options;
  return {
    kind: "zero",
    ...recordedOptions(options),
    ...askedBeside({ system, thinking }),
    ...(queue === "" ? {} : { queue: storedQueue(queue) }),
    ...(options.engine === "" ? { baseSha256: weightsSha256(withWeights(model)) } : { servedModel: base }),
    template: values.template === undefined ? templateNameFor(model, options.template) : OWN_TEMPLATE,
    ...(Object.keys(named).length === 0 ? {} : { values: named }),
    ...(rewardModel === undefined ? {} : { rewardModelSha256: weightsSha256(rewardModel) }),
  };
}

/** SHA-256 of a model's weights, 64 hexadecimal digits: names a model wherever its folder lies. */
export function weightsSha256({ parameters }: Pick<Checkpoint, "parameters">): string {
  return sha256Of(new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength));
}

/** Starts the workers with a model and puts everything that a step needs together. */
export async function openSetting(
  options: ZeroOptions,
  { model, task: given, taskSource, rewardModel, values = {} }: TrainedParts,
  context: SettingContext = {},
): Promise<OpenSetting> {
  const { template, unshown } = await openTemplate(model, values.template ?? options.template, given, options);
  if (unshown !== null) context.onNote?.(unshown);
  checkTask(options, given);
  const { task, longestPrompt, note } = await fitTask(model, template, given, {
    maxCompletionTokens: options.maxCompletionTokens,
    dropLong: options.dropLong || (isDataTask(given) && given.dropLong === true),
    splits: ["train", options.evaluationSplit],
    general: options.generalPerStep > 0,
  });
  if (note !== null) context.onNote?.(note);
  checkLengths(options, model, model.config.maxPositions - longestPrompt);
  const memory = options.engine === "" ? planned(options, model, longestPrompt) : null;
  const shared = { workers: options.workers, tokenBudget: options.tokenBudget };
  return startAll(async (started) => {
    const opened = await started.add(
      openPolicy(options, model, {
        ...context,
        positions: longestPrompt + options.maxCompletionTokens,
        somePrompt: async () => model.tokenizer.encode(template(await problemSet(task, "train").at(0))),
      }),
    );
    const scorer =
      rewardModel && (await started.add(ScalarModel.start(rewardModel.config, rewardModel.parameters, shared)));
    const asked = {
      options,
      engine: shared,
      // Only what trains something beside the policy reads it.
      get model() {
        return withWeights(model);
      },
    };
    const algorithm = await openAlgorithm(asked, values.algorithm?.open);
    await started.add({ stop: async () => algorithm.stop?.() });
    const judge = await started.add(createJudge(task, taskSource, options, context));
    await judge.ready();
    return {
      ...opened,
      tokenizer: model.tokenizer,
      judge,
      template,
      options,
      memory,
      algorithm,
      rewards: values.rewards === undefined ? optionRewards(options, scorer) : ownRewards(values.rewards),
      stop: () => started.stop(),
    };
  });
}

/** @throws OptionError where the machine hasn't the memory */
function planned(options: ZeroOptions, model: ModelToTrain, longestPrompt: number): MemoryPlan {
  const question = {
    ...options,
    config: model.config,
    lora: model.adapter?.lora,
    loss: clippedPolicyLoss(options),
    longestPrompt,
  };
  const memory = planMemory(question);
  checkMemory(memory, totalmem() / 2 ** 20);
  if (options.device === ENGINE.options.device.fallback) return memory;
  const slots = Math.min(
    policySize(model.config, 1, options.device).slots,
    options.problemsPerStep * options.groupSize,
  );
  return { ...memory, device: planDevice({ ...question, slots }).total };
}

function checkTask(options: Pick<RewardOptions, "languageWeight" | "generalPerStep">, task: Task): void {
  if (options.languageWeight > 0 && task.problems("train").every(({ language }) => language === undefined)) {
    throw new TaskError(
      `Expected the problems of the task ${task.name} to say their \`language\`, as \`languageWeight\` is ${options.languageWeight}; none does. Use countdown-bilingual, or give the problems a language.`,
    );
  }
  if (options.generalPerStep > 0 && task.general === undefined) {
    throw new TaskError(
      `Expected the task ${task.name} to have general prompts, as \`generalPerStep\` is ${options.generalPerStep}; it has none. Use countdown-bilingual, or leave the option out.`,
    );
  }
}

function checkLengths(
  { maxCompletionTokens }: Pick<TrainingSamplingOptions, "maxCompletionTokens">,
  { config }: Pick<ModelToTrain, "config">,
  room: number,
): void {
  if (maxCompletionTokens <= room) return;
  const prompt = config.maxPositions - room;
  throw new OptionError(
    `Expected prompt and completion to fit the model's ${config.maxPositions} positions, got ${prompt} + ${maxCompletionTokens} = ${prompt + maxCompletionTokens}; use \`maxCompletionTokens: ${room}\` or less.`,
  );
}
