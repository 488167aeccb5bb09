import { judgeGroups } from "../judging/judge.ts";
import { checkJudged } from "../judging/nothing-judged.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import type { Unverifiable } from "../records/verdict.ts";
import { countUnverifiable, judgedScores, meanScore } from "../verifiers/verdict-score.ts";
import { mean } from "../numbers/metrics.ts";
import { randomKey, splitKey } from "../random.ts";
import type { MemoryPlan } from "../policy/local/memory-plan.ts";
import { drawRows } from "../algorithms/draw-rows.ts";
import { sampleFromPolicy, type PolicySetting } from "../algorithms/train-policy.ts";
import { problemSet } from "../data/problem-set.ts";
import type { ZeroOptions } from "./zero-groups.ts";

/** What a base does before any training, and whether RL has something to work with. Shares from 0 to 1. */
export interface Preflight {
  readonly problems: number;
  /** Mean score of what could be judged. */
  readonly passRate: number;
  /** Completions that could be judged, and those that could not, which no figure counts. */
  readonly judged: number;
  readonly unverifiable: Unverifiable;
  readonly formatRate: number;
  readonly truncatedShare: number;
  /** Share of groups whose completions differ in what they score. */
  readonly signalShare: number;
  /** Planned before anything was started. */
  readonly memory: MemoryPlan;
  readonly verdict: "will learn" | "will not learn" | "unsure";
  readonly advice: string;
}

const PROBLEMS = 32;

/** What a preflight is made with. */
export type PreflightSetting = Pick<PolicySetting, "policy" | "tokenizer" | "judge" | "template" | "options"> & {
  readonly memory: MemoryPlan;
};

/** Samples a group for each of some 30 training problems and says what training on them would be like. */
export async function runPreflight(setting: PreflightSetting): Promise<Preflight> {
  const { judge, options } = setting;
  const key = splitKey(randomKey(options.seed), "preflight");
  const problems = await drawRows(problemSet(judge.task, "train"), PROBLEMS, 1, key);
  const judged = await judgeGroups(judge, await sampleFromPolicy(setting, problems, key));
  const all = judged.flat();
  const verdicts = all.map(({ verdict }) => verdict);
  const unverifiable = countUnverifiable(verdicts);
  checkJudged(judge.task.name, all);
  const measured = {
    problems: PROBLEMS,
    passRate: meanScore(verdicts) ?? 0,
    judged: all.length - unverifiable.count,
    unverifiable,
    formatRate: mean(all.map(({ parsed }) => (parsed.wellFormed ? 1 : 0))),
    truncatedShare: mean(all.map(({ stop }) => (stop === "length" ? 1 : 0))),
    signalShare: mean(judged.map((group) => (hasBoth(group) ? 1 : 0))),
    memory: setting.memory,
  };
  return { ...measured, ...judgePreflight(measured, options) };
}

/** Whether completions of a group differ in what they score. */
function hasBoth(group: readonly Pick<JudgedRollout, "verdict">[]): boolean {
  return new Set(judgedScores(group.map(({ verdict }) => verdict))).size > 1;
}

/** The verdict in words, from what was measured. */
export function judgePreflight(
  measured: Pick<Preflight, "passRate" | "truncatedShare" | "signalShare" | "judged" | "unverifiable">,
  options: Pick<ZeroOptions, "groupSize" | "maxCompletionTokens">,
): Pick<Preflight, "verdict" | "advice"> {
  const { passRate, truncatedShare, signalShare } = measured;
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const { judged, unverifiable } = measured;
  if (unverifiable.count > 0.9 * (judged + unverifiable.count))
    return {
      verdict: "will not learn",
      advice: `nearly every answer is unverifiable (${unverifiable.reasons[0]?.reason ?? "no reason given"}); mend the task's verifier`,
    };
  if (truncatedShare > 0.98)
    return {
      verdict: "will not learn",
      advice: `every completion is truncated at ${options.maxCompletionTokens} tokens; try \`maxCompletionTokens: ${options.maxCompletionTokens * 2}\``,
    };
  if (passRate > 0.98)
    return { verdict: "will not learn", advice: "the base solves these problems already; try a harder task" };
  if (signalShare === 0)
    return {
      verdict: "will not learn",
      advice: `no group has both right and wrong completions (pass rate ${percent(passRate)}); try a larger \`groupSize\`, an easier task or a better base`,
    };
  if (signalShare < 0.1)
    return {
      verdict: "unsure",
      advice: `only ${percent(signalShare)} of the groups carry signal; a larger \`groupSize\` than ${options.groupSize} would help`,
    };
  return { verdict: "will learn", advice: `${percent(signalShare)} of the groups carry signal` };
}
