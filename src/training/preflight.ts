import { judgeGroup } from "../judging/judge.ts";
import { mean } from "../numbers/metrics.ts";
import { randomKey, splitKey } from "../random.ts";
import type { MemoryPlan } from "../policy/local/memory-plan.ts";
import { drawProblems } from "../algorithms/draw-problems.ts";
import { sampleFromPolicy, type GrpoSetting } from "../algorithms/train-grpo.ts";
import type { ZeroOptions } from "../algorithms/zero-options.ts";

/** What a base does before any training, and whether RL has something to work with. Shares from 0 to 1. */
export interface Preflight {
  readonly problems: number;
  readonly passRate: number;
  readonly formatRate: number;
  readonly truncatedShare: number;
  /** Share of groups in which some completions are right and some wrong. */
  readonly signalShare: number;
  /** Planned before anything was started. */
  readonly memory: MemoryPlan;
  readonly verdict: "will learn" | "will not learn" | "unsure";
  readonly advice: string;
}

const PROBLEMS = 32;

/** Samples a group for each of some 30 training problems and says what training on them would be like. */
export async function runPreflight(setting: GrpoSetting): Promise<Preflight> {
  const { task, judge, options } = setting;
  const key = splitKey(randomKey(options.seed), "preflight");
  const groups = await sampleFromPolicy(setting, drawProblems(task.problems("train"), PROBLEMS, 1, key), key);
  const judged = await Promise.all(groups.map((group) => judgeGroup(task, judge, group)));
  const all = judged.flat();
  const right = (one: (typeof all)[number]): number => (one.verdict.kind === "right" ? 1 : 0);
  const measured = {
    problems: PROBLEMS,
    passRate: mean(all.map(right)),
    formatRate: mean(all.map(({ parsed }) => (parsed.wellFormed ? 1 : 0))),
    truncatedShare: mean(all.map(({ rollout }) => (rollout.status === "truncated" ? 1 : 0))),
    signalShare: mean(judged.map((group) => (new Set(group.map(right)).size > 1 ? 1 : 0))),
    memory: setting.memory,
  };
  const unverifiable = all.filter(({ verdict }) => verdict.kind === "unverifiable");
  return {
    ...measured,
    ...judgePreflight(measured, options, unverifiable.length / all.length, unverifiable[0]?.verdict),
  };
}

/** The verdict in words, from what was measured. */
export function judgePreflight(
  measured: Pick<Preflight, "passRate" | "truncatedShare" | "signalShare">,
  options: Pick<ZeroOptions, "groupSize" | "maxCompletionTokens">,
  unverifiableShare: number = 0,
  example?: { readonly kind: string; readonly reason?: string },
): Pick<Preflight, "verdict" | "advice"> {
  const { passRate, truncatedShare, signalShare } = measured;
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  if (unverifiableShare > 0.9)
    return {
      verdict: "will not learn",
      advice: `nearly every answer is unverifiable (${example?.reason ?? "no reason given"}); mend the task's verifier`,
    };
  if (truncatedShare > 0.98)
    return {
      verdict: "will not learn",
      advice: `every completion is truncated at ${options.maxCompletionTokens} tokens; try --max-completion-tokens ${options.maxCompletionTokens * 2}`,
    };
  if (passRate > 0.98)
    return { verdict: "will not learn", advice: "the base solves these problems already; try a harder task" };
  if (signalShare === 0)
    return {
      verdict: "will not learn",
      advice: `no group has both right and wrong completions (pass rate ${percent(passRate)}); try a larger --group-size, an easier task or a better base`,
    };
  if (signalShare < 0.1)
    return {
      verdict: "unsure",
      advice: `only ${percent(signalShare)} of the groups carry signal; a larger --group-size than ${options.groupSize} would help`,
    };
  return { verdict: "will learn", advice: `${percent(signalShare)} of the groups carry signal` };
}
