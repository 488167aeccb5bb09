import { OptionError } from "../errors.ts";
import type { StoredRollout } from "../store/index.ts";
import { evaluatedProblems, evaluateRun } from "./evaluate-run.ts";
import { hackingBegan, type GuardedStep } from "../store/hacking-guard.ts";
import { runPreflight } from "./preflight.ts";
import type { ScoredGroup } from "../rollout/score-groups.ts";
import { isAhead } from "../algorithms/ahead/ahead-options.ts";
import { aheadSource } from "../algorithms/ahead/ahead-source.ts";
import { trainPolicy } from "../algorithms/train-policy.ts";
import type { TrainingEvent } from "./training-event.ts";
import type { TrainedStep, TrainingJob } from "./training-job.ts";
import type { ZeroOptions } from "./zero-groups.ts";
import { openSetting, type TrainedParts } from "./zero-setting.ts";
import { watchChecks, watchDrift } from "./watch-ahead.ts";
import { storedRollout } from "../rollout/stored-rollout.ts";
import { judgeContext } from "./training-run.ts";
import { spreadOver } from "../numbers/spread.ts";
import { watchedProblems, watchedRollouts } from "./watched-problems.ts";

export interface ZeroJobContext {
  readonly onEvent?: ((event: TrainingEvent) => void) | undefined;
  /** Ends a wait for a verifier that is down. */
  readonly signal?: AbortSignal | undefined;
  /** The run's. */
  readonly folder?: string | undefined;
  /** Of the steps that were made before, for the guard. */
  readonly guarded?: readonly GuardedStep[];
}

/**
 * Reinforcement learning as a job: its extras are the reference policy and what the algorithm keeps, where there is
 * any.
 */
export async function openZeroJob(
  options: ZeroOptions,
  parts: TrainedParts,
  context: ZeroJobContext = {},
): Promise<TrainingJob> {
  const onNote = (text: string): void => context.onEvent?.({ kind: "note", text });
  const setting = await openSetting(options, parts, { ...judgeContext(context, context.folder), onNote });
  const { task } = setting.judge;
  const { policy, algorithm } = setting;
  if (options.klCoefficient > 0) await policy.keepReference();
  const guarded: GuardedStep[] = [...(context.guarded ?? [])];
  let told = false;
  return {
    policy,
    tokenizer: setting.tokenizer,
    limits: options,
    plannedMegabytes: setting.memory === null ? null : Math.round(setting.memory.total),
    stop: () => setting.stop(),
    async extras() {
      const extras = new Map<string, Float32Array>();
      const reference = policy.served === undefined ? (await policy.state()).reference : undefined;
      if (reference !== undefined) extras.set("reference", reference);
      for (const [name, kept] of algorithm.state?.() ?? []) extras.set(name, kept);
      return extras;
    },
    async restoreExtras(extras) {
      const kept = extras.get("reference");
      if (kept !== undefined) await policy.restore({ reference: kept });
      await algorithm.restore?.(extras, policy.version);
    },
    async *train(from, history): AsyncGenerator<TrainedStep> {
      const drift = watchDrift(history.steps);
      const slowChecks = watchChecks(onNote);
      const source = isAhead(options)
        ? aheadSource(setting, { book: history.schedule, signal: context.signal })
        : undefined;
      for await (const { metrics: made, groups } of trainPolicy(setting, from, source)) {
        const ends = drift(made);
        const metrics = {
          ...made,
          ...(setting.takeReport === undefined ? {} : { samplers: setting.takeReport() }),
          ...(policy.served === undefined ? {} : { engine: policy.served.note }),
        };
        yield { metrics, rollouts: storedRollouts(groups, metrics.step), ...(ends === null ? {} : { ends }) };
        slowChecks(metrics);
        const modelScore = metrics.rewardByPart["model"];
        if (modelScore === undefined || metrics.accuracy === null || options.hackingGuard === "off") continue;
        guarded.push({ step: metrics.step, modelScore, accuracy: metrics.accuracy });
        const began = hackingBegan(guarded);
        if (began === null || told) continue;
        told = true;
        context.onEvent?.({
          kind: "note",
          text: `The reward model is being hacked since step ${began}: its score rises while verified accuracy falls.`,
        });
        if (options.hackingGuard === "stop") return;
      }
    },
    async evaluate(name, step, onProgress) {
      const given = {
        judge: setting.judge,
        template: setting.template,
        temperature: options.temperature,
        version: step,
        signal: context.signal,
        onProgress,
      };
      const problems = evaluatedProblems(task, options);
      const few = spreadOver(problems, options.evaluateProblems);
      const details = await evaluateRun(policy, setting.tokenizer, given, options, name === "during" ? few : problems);
      return {
        ...details,
        watched: watchedRollouts(details.judged, watchedProblems(few, options.watchProblems), step),
      };
    },
    async preflight(onEvent) {
      if (!options.preflight) return;
      const preflight = await runPreflight(setting, context.signal);
      onEvent({ kind: "preflight", ...preflight });
      if (preflight.verdict === "will not learn")
        throw new OptionError(
          `Expected a base that RL can improve, but this one will not learn: ${preflight.advice} (or \`preflight: false\` to train anyway).`,
        );
    },
  };
}

function storedRollouts(groups: readonly ScoredGroup[], step: number): StoredRollout[] {
  return groups.flatMap(({ rollouts }, problemIndex) =>
    rollouts.map((rollout) => ({ ...storedRollout(rollout, step), problemIndex })),
  );
}
