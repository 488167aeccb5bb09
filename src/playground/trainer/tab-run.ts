import { trainPolicy, type PolicySetting, type PolicyStep } from "../../algorithms/train-policy.ts";
import { correctsItself } from "../../emergence/index.ts";
import { tokenPieces } from "../../dashboard/server/token-pieces.ts";
import { OptionError } from "../../errors.ts";
import { bytesOfWeights, type ModelOfBytes } from "../../formats/model-of-bytes.ts";
import { isShared, sharedMemory } from "../../host/shared-memory.ts";
import { judgeGroups, packageJudge } from "../../judging/judge.ts";
import { parameterCount } from "../../model/parameters.ts";
import { startLocalPolicy } from "../../policy/local/local-policy.ts";
import type { Policy } from "../../policy/policy.ts";
import { WHOLE_DISTRIBUTION } from "../../policy/sampling/draw-token.ts";
import { findTemplate } from "../../prompts/index.ts";
import { randomKey, splitKey } from "../../random.ts";
import type { ScoredRollout } from "../../records/rollout.ts";
import { sampleProblems } from "../../rollout/sample-problems.ts";
import { scoreGroup, type ScoredGroup } from "../../rollout/score-groups.ts";
import { storedRollout } from "../../rollout/stored-rollout.ts";
import { findTask } from "../../tasks/registry.ts";
import { evaluatedProblems, evaluateRun } from "../../training/evaluate-run.ts";
import type { ZeroOptions } from "../../training/zero-groups.ts";
import { weightedReward } from "../../rewards/index.ts";
import type { LookAfter, SeenEvaluation, SeenGroup, SeenRollout } from "../messages.ts";
import type { TabSettings } from "../settings.ts";
import { chainedDigest } from "./step-digest.ts";
import { tabAlgorithm, tabRewards } from "./tab-options.ts";
import { zeroOptionsOf } from "./zero-options-of.ts";

/** A step as the page is told of it. */
export interface TabStep {
  readonly metrics: PolicyStep["metrics"];
  readonly groups: readonly SeenGroup[];
  /** Names everything that was computed up to this step, 64 hexadecimal digits. */
  readonly digest: string;
}

interface TabRunParts {
  readonly settings: TabSettings;
  readonly options: ZeroOptions;
  readonly setting: PolicySetting;
}

/** One run of R1-Zero, step by step, wherever its engine computes: in a tab's worker, or in Node. */
export class TabRun {
  private readonly steps: AsyncIterator<PolicyStep>;
  private newest: PolicyStep | undefined;
  private digest = "";

  private constructor(private readonly parts: TabRunParts) {
    this.steps = trainPolicy(parts.setting, 1)[Symbol.asyncIterator]();
  }

  /** Starts the engine's workers with a model. @throws OptionError for settings that can't be used */
  static async open(model: ModelOfBytes, settings: TabSettings): Promise<TabRun> {
    const options = zeroOptionsOf(settings);
    const task = findTask(options.task);
    const template = findTemplate("compact");
    const longest = task
      .problems("train")
      .slice(0, 500)
      .reduce((most, problem) => Math.max(most, model.tokenizer.encode(template(problem)).length), 0);
    const room = model.config.maxPositions - longest;
    if (options.maxCompletionTokens > room)
      throw new OptionError(`Expected completions of at most ${room} tokens, got ${options.maxCompletionTokens}.`);
    const policy = await startLocalPolicy(model, {
      workers: options.workers,
      tokenBudget: options.tokenBudget,
      positions: longest + options.maxCompletionTokens,
      optimizer: { weightDecay: options.weightDecay },
    });
    if (options.klCoefficient > 0) await policy.keepReference();
    const setting = {
      policy,
      tokenizer: model.tokenizer,
      judge: packageJudge(task),
      template,
      options,
      algorithm: tabAlgorithm(settings, options),
      rewards: tabRewards(settings, options),
    };
    return new TabRun({ settings, options, setting });
  }

  get policy(): Policy {
    return this.parts.setting.policy;
  }

  get parameters(): number {
    return parameterCount(this.policy.config);
  }

  /** Whether its workers see the same memory. */
  get shares(): boolean {
    return isShared(sharedMemory(4));
  }

  /** Steps made. */
  get step(): number {
    return this.newest?.metrics.step ?? 0;
  }

  /** Whether held-out problems are to be measured now. */
  get isMeasured(): boolean {
    const { evaluateEvery, evaluationProblems, steps } = this.parts.settings;
    if (evaluationProblems === 0) return false;
    if (this.step === 0 || this.step === steps) return true;
    return evaluateEvery > 0 && this.step % evaluateEvery === 0;
  }

  /** The next step; undefined where the last one has been made. */
  async next(): Promise<TabStep | undefined> {
    const { value, done } = await this.steps.next();
    if (done === true) return undefined;
    this.newest = value;
    const { metrics, groups } = value;
    this.digest = chainedDigest(this.digest, value);
    return {
      metrics,
      groups: groups.map((group, problemIndex) => this.seenGroup(group, problemIndex, metrics.step)),
      digest: this.digest,
    };
  }

  /** Measures the policy as it is on held-out problems. */
  async evaluate(): Promise<SeenEvaluation> {
    const { options, setting } = this.parts;
    const { judge, template, policy, tokenizer } = setting;
    const given = { judge, template, temperature: options.temperature, version: policy.version };
    const problems = evaluatedProblems(judge.task, options);
    const { evaluation } = await evaluateRun(policy, tokenizer, given, options, problems);
    return { ...evaluation, step: this.step };
  }

  /**
   * A group of the newest step under the policy as the update left it, and as many new samples of its problem;
   * undefined where that step has no such group.
   */
  async look(problemIndex: number): Promise<LookAfter | undefined> {
    const { options, setting } = this.parts;
    const { policy, tokenizer, judge, template } = setting;
    const group = this.newest?.groups[problemIndex];
    if (group === undefined) return undefined;
    const sequences = group.rollouts.map(({ promptTokens, tokens }) => ({
      promptTokens,
      tokens,
      weight: 0,
      advantage: 0,
    }));
    const logprobs = await policy.score("policy", sequences, options.temperature);
    const sampled = await sampleProblems(policy, tokenizer, [group.problem], {
      ...WHOLE_DISTRIBUTION,
      template,
      groupSize: group.rollouts.length,
      temperature: options.temperature,
      maxNewTokens: options.maxCompletionTokens,
      key: splitKey(randomKey(options.seed), "look", this.step),
      version: policy.version,
    });
    const [judged] = await judgeGroups(judge, sampled);
    const parts = (await setting.rewards(sampled.flat(), this.step))(group.problem);
    const scored = await scoreGroup(group.problem, judged!, weightedReward(parts), setting.algorithm.withinGroup);
    return {
      step: this.step,
      problemIndex,
      logprobs: logprobs.map((values) => [...values]),
      samples: scored.rollouts.map((rollout) => this.seenRollout(rollout, problemIndex, this.step)),
    };
  }

  /** The weights as they are, as a file of safetensors. */
  async weights(): Promise<Uint8Array> {
    const { config, parameters } = await this.policy.model();
    return bytesOfWeights(config, parameters);
  }

  async stop(): Promise<void> {
    await this.policy.stop();
  }

  private seenGroup({ problem, rollouts, signal }: ScoredGroup, problemIndex: number, step: number): SeenGroup {
    const [first] = rollouts as readonly [ScoredRollout, ...ScoredRollout[]];
    return {
      problemIndex,
      problemId: problem.id,
      prompt: first.prompt,
      promptPieces: this.pieces(first.promptTokens, first.prompt),
      signal,
      rollouts: rollouts.map((rollout) => this.seenRollout(rollout, problemIndex, step)),
    };
  }

  private seenRollout(rollout: ScoredRollout, problemIndex: number, step: number): SeenRollout {
    return {
      ...storedRollout(rollout, step),
      problemIndex,
      pieces: this.pieces(rollout.tokens, rollout.text),
      corrects: correctsItself(rollout.attempts ?? [], rollout.stop),
      rejected: rollout.attempts?.find(({ outcome, right }) => outcome === "rejected" && right !== true)?.text ?? null,
      answer: rollout.parsed.answer,
    };
  }

  private pieces(tokens: readonly number[], text: string): readonly string[] {
    const { tokenizer } = this.parts.setting;
    return tokenPieces(tokenizer, tokens, text) ?? tokens.map((token) => tokenizer.idToToken(token) ?? "");
  }
}
