import { drawRows } from "../algorithms/draw-rows.ts";
import { sampleFromPolicy, scoreGroups, type PolicySetting } from "../algorithms/train-policy.ts";
import { problemSet } from "../data/problem-set.ts";
import { checkJudged } from "../judging/nothing-judged.ts";
import { mean } from "../numbers/metrics.ts";
import type { MemoryPlan } from "../policy/local/memory-plan.ts";
import { randomKey, splitKey } from "../random.ts";
import type { ScoredRollout } from "../records/rollout.ts";
import { countReasons, countUnverifiable, meanScore } from "../verifiers/verdict-score.ts";
import { judgePreflight, type BaseMeasured, type PreflightVerdict } from "./preflight-verdict.ts";

/** What a base does before any training, and whether RL has something to work with. Shares from 0 to 1. */
export interface Preflight extends BaseMeasured, PreflightVerdict {
  readonly problems: number;
  readonly formatRate: number;
  /** Planned before anything was started; null where a server computes. */
  readonly memory: MemoryPlan | null;
  /** Two of the base's completions, to be read. */
  readonly completions: readonly ReadCompletion[];
}

/** A completion as it is shown, its text cut at some length. */
export interface ReadCompletion {
  readonly question: string;
  readonly text: string;
  /** `right`, `wrong: no <answer>`, ... */
  readonly outcome: string;
}

/** What a preflight is made with. */
export interface PreflightSetting extends PolicySetting {
  readonly memory: MemoryPlan | null;
}

const PROBLEMS = 32;
const LONGEST_SHOWN = 600;

/**
 * Samples a group for each of some 30 training problems and says what training on them would be like.
 *
 * @throws TaskError in the verifier's own words where nothing could be judged
 */
export async function runPreflight(setting: PreflightSetting, signal?: AbortSignal): Promise<Preflight> {
  const { judge, options } = setting;
  const key = splitKey(randomKey(options.seed), "preflight");
  const problems = await drawRows(problemSet(judge.task, "train"), PROBLEMS, 1, key);
  const groups = await scoreGroups(setting, await sampleFromPolicy(setting, problems, key, signal), 1);
  const all = groups.flatMap(({ rollouts }) => rollouts);
  const verdicts = all.map(({ verdict }) => verdict);
  const unverifiable = countUnverifiable(verdicts);
  checkJudged(judge.task.name, all);
  const unanswered = all.flatMap(({ parsed }) => (parsed.answer === null ? [parsed.reason ?? "no answer"] : []));
  const measured: BaseMeasured = {
    passRate: meanScore(verdicts) ?? 0,
    judged: all.length - unverifiable.count,
    unverifiable,
    answeredShare: 1 - unanswered.length / all.length,
    unanswered: countReasons(unanswered)[0]?.reason ?? null,
    truncatedShare: mean(all.map(({ stop }) => (stop === "length" ? 1 : 0))),
    signalShare: mean(groups.map(({ signal }) => (signal ? 1 : 0))),
  };
  return {
    ...measured,
    problems: PROBLEMS,
    formatRate: mean(all.map(({ parsed }) => (parsed.wellFormed ? 1 : 0))),
    memory: setting.memory,
    completions: twoOf(all),
    ...judgePreflight(measured, options),
  };
}

/** The first completion, and the first of another problem that fared otherwise, where there is one. */
function twoOf(all: readonly ScoredRollout[]): ReadCompletion[] {
  const [first, ...others] = all;
  if (first === undefined) return [];
  const elsewhere = others.filter(({ problem }) => problem.id !== first.problem.id);
  const second = elsewhere.find(({ verdict }) => verdict.kind !== first.verdict.kind) ?? elsewhere[0];
  return [first, ...(second === undefined ? [] : [second])].map(shown);
}

function shown({ problem, text, verdict }: ScoredRollout): ReadCompletion {
  const reason = "reason" in verdict && verdict.reason !== undefined ? `: ${verdict.reason}` : "";
  const cut = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)} ...` : text;
  return { question: problem.question, text: cut, outcome: `${verdict.kind}${reason}` };
}
