import { OptionError } from "../errors.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import type { StoredRollout } from "../store/index.ts";
import type { Task } from "../tasks/index.ts";
import { evaluatedProblems, evaluateRun } from "./evaluate-run.ts";
import { hackingBegan, type GuardedStep } from "../store/hacking-guard.ts";
import { runPreflight } from "./preflight.ts";
import type { ScoredGroup } from "../rollout/score-groups.ts";
import { renewsReference, trainGrpo } from "../algorithms/train-grpo.ts";
import type { TrainingEvent } from "./training-event.ts";
import type { TrainedStep, TrainingJob } from "./training-job.ts";
import type { ZeroOptions } from "../algorithms/zero-options.ts";
import { openSetting } from "./zero-setting.ts";
import { spreadOver, watchedProblems, watchedRollouts } from "./watched-problems.ts";

export interface ZeroJobContext {
  readonly onEvent?: ((event: TrainingEvent) => void) | undefined;
  /** Of the steps that were made before, for the guard. */
  readonly guarded?: readonly GuardedStep[];
}

/**
 * Reinforcement learning as a job: its extras are the reference policy and the critic with its optimizer's state, where
 * there are any.
 */
export async function openZeroJob(
  options: ZeroOptions,
  model: Checkpoint,
  task: Task,
  rewardModel: Checkpoint | undefined,
  context: ZeroJobContext = {},
): Promise<TrainingJob> {
  const setting = await openSetting(options, model, task, rewardModel);
  const { policy, critic } = setting;
  let reference = options.klCoefficient > 0 ? await policy.keepReference() : undefined;
  const guarded: GuardedStep[] = [...(context.guarded ?? [])];
  let told = false;
  return {
    policy,
    tokenizer: setting.tokenizer,
    limits: options,
    plannedMegabytes: Math.round(setting.memory.total),
    stop: () => setting.stop(),
    async extras() {
      const extras = new Map<string, Float32Array>();
      if (reference !== undefined) extras.set("reference", reference);
      if (critic !== undefined) {
        const { firstMoment, secondMoment } = critic.moments();
        extras
          .set("critic", critic.parameters())
          .set("critic_first_moment", firstMoment)
          .set("critic_second_moment", secondMoment);
      }
      return extras;
    },
    async restoreExtras(extras) {
      const kept = extras.get("reference");
      if (kept !== undefined) reference = await policy.keepReference(kept);
      if (critic === undefined) return;
      await critic.restore(extras.get("critic")!, {
        firstMoment: extras.get("critic_first_moment")!,
        secondMoment: extras.get("critic_second_moment")!,
        updates: policy.updates,
      });
    },
    async *train(from): AsyncGenerator<TrainedStep> {
      for await (const { metrics, groups } of trainGrpo(setting, from)) {
        if (renewsReference(options, metrics.step)) reference = await policy.reference();
        yield { metrics, rollouts: storedRollouts(groups, metrics.step) };
        const modelScore = metrics.rewardByPart["model"];
        if (modelScore === undefined || options.hackingGuard === "off") continue;
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
        task,
        judge: setting.judge,
        template: setting.template,
        temperature: options.temperature,
        policyStep: step,
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
      const preflight = await runPreflight(setting);
      onEvent({ kind: "preflight", ...preflight });
      if (preflight.verdict === "will not learn")
        throw new OptionError(
          `Expected a base that RL can improve, but this one will not learn: ${preflight.advice} (or --no-preflight to train anyway).`,
        );
    },
  };
}

function storedRollouts(groups: readonly ScoredGroup[], step: number): StoredRollout[] {
  return groups.flatMap(({ problem, rollouts }) =>
    rollouts.map(({ rollout, prompt, reward, advantage }) => ({
      step,
      problemId: problem.id,
      prompt,
      difficulty: problem.difficulty,
      rollout,
      reward,
      advantage,
    })),
  );
}
