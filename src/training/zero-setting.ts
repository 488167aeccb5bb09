import { createHash } from "node:crypto";
import { OptionError } from "../errors.ts";
import { templateNameFor } from "../evaluation/open-model.ts";
import { createTaskJudge, type TaskJudge } from "../evaluation/task-judge.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { findTemplate } from "../prompts/index.ts";
import type { RunConfig } from "../runs/index.ts";
import type { Task } from "../tasks/index.ts";
import { Policy } from "../update/policy.ts";
import type { GrpoSetting } from "./train-grpo.ts";
import type { ZeroOptions } from "./zero-options.ts";

/** A run's setting with what must be stopped at its end. */
export interface OpenSetting extends GrpoSetting {
  stop(): Promise<void>;
}

/** What a run's config records: the options, the template, and the base by the hash of its weights instead of its place. */
export function runConfig(options: ZeroOptions, model: Checkpoint): RunConfig {
  const { base, ...rest } = options;
  void base;
  const bytes = new Uint8Array(model.parameters.buffer, model.parameters.byteOffset, model.parameters.byteLength);
  return { kind: "zero", ...rest, baseSha256: createHash("sha256").update(bytes).digest("hex"), template: templateNameFor(model) };
}

/** Starts the workers with a model and puts everything that a step needs together. */
export async function openSetting(options: ZeroOptions, model: Checkpoint, task: Task): Promise<OpenSetting> {
  const template = findTemplate(templateNameFor(model));
  checkLengths(options, model, Math.max(...task.problems("train").map((problem) => model.tokenizer.encode(template(problem)).length)));
  const policy = await Policy.start(model.config, model.parameters, {
    workers: options.workers,
    threads: 1,
    tokenBudget: options.tokenBudget,
    loss: options,
    optimizer: { beta1: 0.9, beta2: 0.95, weightDecay: options.weightDecay },
  });
  const { judge, stop }: TaskJudge = createTaskJudge(options.task, task.verify, options.verifierSeconds);
  return {
    policy,
    tokenizer: model.tokenizer,
    task,
    judge,
    template,
    options,
    stop: async () => {
      await stop();
      await policy.stop();
    },
  };
}

function checkLengths(options: ZeroOptions, model: Checkpoint, longestPrompt: number): void {
  const needed = longestPrompt + options.maxCompletionTokens;
  if (needed <= model.config.maxPositions) return;
  throw new OptionError(
    `Expected prompt and completion to fit the model's ${model.config.maxPositions} positions, got ${longestPrompt} + ${options.maxCompletionTokens} = ${needed}; use --max-completion-tokens ${model.config.maxPositions - longestPrompt} or less.`,
  );
}

