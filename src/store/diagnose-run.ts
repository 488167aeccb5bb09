import type { RecordedStep } from "../records/metrics.ts";
import type { StateChange, StoredEvaluation } from "../records/run-event.ts";
import type { RunStore } from "./run-store.ts";
import type { RunWarning } from "./run-warning.ts";
import { DRIFT_LIMIT, DRIFT_WARNING, tooOldSince, tooOldWords } from "./drift-guard.ts";
import { hackingBegan } from "./hacking-guard.ts";
import { lastStretch, trailingMeans } from "../numbers/trailing-means.ts";

/**
 * Steps whose mean is judged. A single step's accuracy has an error of some 3 points here, and one odd batch is no
 * trend; five steps bring that below 2 points and still tell within a minute.
 */
const WINDOW = 5;

/** Steps that are enough at the beginning, so that a run of a few steps is told what became of it too. */
const EARLY = 3;

/** From here on a task counts as learnt: few groups with signal and a low entropy are then how success looks. */
const LEARNT = 0.9;

/** What the rules look at. */
interface Figures {
  readonly metrics: readonly RecordedStep[];
  readonly evaluations: readonly StoredEvaluation[];
  /** Means over the last WINDOW steps of a figure, or all of them at the beginning; null before there are EARLY. */
  mean(of: (step: RecordedStep) => number | null): readonly (number | null)[];
}

type Rule = (figures: Figures) => RunWarning | null;

/**
 * What a person should look at in a run, in the order of steps. A warning is about what holds now: it goes when the
 * figures recover. Bounds are on means over five steps, far from what healthy runs show.
 *
 * @param metrics all steps in order; those of fine-tuning have none, and only a failure is told of it
 */
export function diagnoseRun(
  metrics: readonly RecordedStep[],
  evaluations: readonly StoredEvaluation[],
  states: readonly StateChange[],
): RunWarning[] {
  const figures: Figures = { metrics, evaluations, mean: (of) => trailingMeans(metrics.map(of), WINDOW, EARLY) };
  const found = RULES.map((rule) => rule(figures)).filter((warning) => warning !== null);
  return [...found, ...failure(states)].sort((a, b) => a.step - b.step);
}

/** The same of a run's store: what the page, the report and a terminal say of it. */
export function runWarnings(store: Pick<RunStore, "metrics" | "evaluations" | "states">): RunWarning[] {
  const steps = store.metrics().filter((line) => "accuracy" in line);
  return diagnoseRun(steps, store.evaluations(), store.states());
}

/** Accuracy has lost more than half of its best, and more than four standard errors: noise does neither. */
const accuracyCollapsed: Rule = ({ metrics, evaluations, mean }) => {
  const means = mean(({ accuracy }) => accuracy);
  const errors = mean(({ accuracyError }) => accuracyError ** 2).map((variance, i) =>
    variance === null ? 0 : Math.sqrt(variance / Math.min(WINDOW, i + 1)),
  );
  let best = evaluations.find(({ name }) => name === "before")?.result.accuracy ?? 0;
  const fallen = means.map((now, i) => {
    if (now === null) return false;
    const lost = best - now;
    best = Math.max(best, now);
    return isCollapse(best, lost, errors[i]!);
  });
  const began = lastStretch(fallen);
  if (began === null) return measuredCollapse(evaluations);
  return {
    kind: "collapse",
    step: metrics[began]!.step,
    chart: "accuracy",
    message: `Accuracy fell from ${percent(best)} to ${percent(means.at(-1)!)}: the policy has collapsed. Use a lower learning rate, and start again or go on from a model before step ${metrics[began]!.step}.`,
  };
};

function isCollapse(best: number, lost: number, error: number): boolean {
  return lost > best / 2 && lost > 0.05 && lost > 4 * error;
}

/** The same by what was measured before and after: of a run of a step or two nothing else tells it. */
function measuredCollapse(evaluations: readonly StoredEvaluation[]): RunWarning | null {
  const [before, after] = (["before", "after"] as const).map((name) =>
    evaluations.findLast((one) => one.name === name),
  );
  if (before === undefined || after === undefined) return null;
  const [from, to] = [before.result, after.result];
  const error = Math.hypot(from.standardError, to.standardError);
  if (!isCollapse(from.accuracy, from.accuracy - to.accuracy, error)) return null;
  return {
    kind: "collapse",
    step: after.step,
    chart: "accuracy",
    message: `On held-out problems ${percent(to.accuracy)} are right after training, of ${percent(from.accuracy)} before: the policy has collapsed. Use a lower learning rate.`,
  };
}

/**
 * Below 0.01 nats a token nearly every completion of a group is the same, so that groups have nothing to compare; the
 * lowest of a healthy run here is 0.03, at 80 % right.
 */
const entropyVanished: Rule = ({ metrics: all }) => {
  // Where no group carried signal nothing was trained on, and no entropy measured.
  const metrics = all.filter(({ trainedTokens }) => trainedTokens !== 0);
  const accuracy = trailingMeans(
    metrics.map((step) => step.accuracy),
    WINDOW,
  );
  const entropy = trailingMeans(
    metrics.map((step) => step.entropy),
    WINDOW,
  );
  const first = entropy[WINDOW - 1] ?? 0;
  const began = lastStretch(
    entropy.map((now, i) => now !== null && now < 0.01 && now < first / 4 && accuracy[i]! < LEARNT),
  );
  if (began === null) return null;
  return {
    kind: "collapse",
    step: metrics[began]!.step,
    chart: "entropy",
    message: `Entropy fell from ${first.toFixed(2)} to ${entropy.at(-1)!.toFixed(3)} nats a token while ${percent(accuracy.at(-1)!)} of the answers are right: the policy has stopped exploring. Use a lower learning rate, a higher upper clip bound, or some KL penalty.`,
  };
};

/**
 * A completion that is cut has no answer; with half of them cut, length alone decides what is learnt. Healthy runs here
 * stay below 20 %.
 */
const truncated: Rule = ({ metrics, mean }) => {
  const means = mean(({ truncatedShare }) => truncatedShare);
  const began = lastStretch(means.map((now) => now !== null && now >= 0.5));
  if (began === null) return null;
  return {
    kind: "truncated",
    step: metrics[began]!.step,
    chart: "truncatedShare",
    message: `${means.at(-1)! >= 0.95 ? "Nearly all" : percent(means.at(-1)!)} of the completions are cut at the length limit before they answer. Raise \`maxCompletionTokens\`, or punish overlong ones with \`overlongWeight\`.`,
  };
};

/**
 * With fewer than one group in ten that carries signal, a step learns from a few completions at most, and its gradient
 * is mostly noise.
 */
const noSignal: Rule = ({ metrics, mean }) => {
  const signal = mean(({ signalShare }) => signalShare);
  const accuracy = mean((step) => step.accuracy);
  const began = lastStretch(signal.map((now, i) => now !== null && now < 0.1 && accuracy[i]! < LEARNT));
  if (began === null) return null;
  const advice =
    accuracy.at(-1)! < 0.1
      ? "Hardly any answer is right: use easier problems, a better base, or larger groups."
      : "The completions of a group end alike: use larger groups or a higher temperature.";
  return {
    kind: "no-signal",
    step: metrics[began]!.step,
    chart: "signalShare",
    message: `Only ${percent(signal.at(-1)!)} of the groups have rewards that differ, so there is nearly nothing to learn from. ${advice}`,
  };
};

/** The guard that training has, on the whole reward where no reward model is asked. */
const rewardHacked: Rule = ({ metrics }) => {
  const byModel = metrics.some(({ rewardByPart }) => rewardByPart["model"] !== undefined);
  const guarded = metrics.flatMap(({ step, accuracy, rewardMean, rewardByPart }) => {
    const modelScore = byModel ? rewardByPart["model"] : rewardMean;
    return modelScore === undefined || accuracy === null ? [] : [{ step, accuracy, modelScore }];
  });
  const began = hackingBegan(guarded);
  if (began === null) return null;
  return {
    kind: "reward-hacking",
    step: began,
    chart: byModel ? "rewardByPart" : "rewardMean",
    message: `Since step ${began} ${byModel ? "the reward model's score" : "the reward"} rises while fewer answers are right: the reward is being earned in another way than meant. Read rollouts with a high reward, and weigh the parts of the reward anew.`,
  };
};

/**
 * Problems that are trained on come out better, held-out ones worse by more than three standard errors: learnt by
 * heart, or a reward that is hacked.
 */
const heldOutFalls: Rule = ({ metrics, evaluations, mean }) => {
  const looks = evaluations.filter(({ name }) => name !== "after");
  const reward = mean(({ rewardMean }) => rewardMean);
  const rewardAt = (step: number): number | null => reward[metrics.findLastIndex((line) => line.step <= step)] ?? null;
  let best = looks[0];
  const fallen = looks.map((look) => {
    const { accuracy, standardError } = look.result;
    if (best === undefined || accuracy >= best.result.accuracy) best = look;
    const lost = best.result.accuracy - accuracy;
    const [then, now] = [rewardAt(best.step), rewardAt(look.step)];
    return (
      then !== null &&
      now !== null &&
      now - then >= 0.05 &&
      lost >= 0.05 &&
      lost > 3 * Math.hypot(standardError, best.result.standardError)
    );
  });
  const began = lastStretch(fallen);
  if (began === null) return null;
  return {
    kind: "reward-hacking",
    step: looks[began]!.step,
    chart: "accuracy",
    message: `On held-out problems ${percent(looks.at(-1)!.result.accuracy)} are right, after ${percent(best!.result.accuracy)} at step ${best!.step}, while the reward in training rises: what is learnt doesn't carry over. Use more problems, or stop earlier.`,
  };
};

/** The format has lost more than half of its best, and that not because completions are cut. */
const formatLost: Rule = ({ metrics, mean }) => {
  const format = mean(({ formatShare }) => formatShare);
  const cut = mean(({ truncatedShare }) => truncatedShare);
  let best = 0;
  const began = lastStretch(
    format.map((now, i) => {
      if (now === null) return false;
      best = Math.max(best, now);
      return best >= 0.2 && now < best / 2 && cut[i]! < (1 - now) / 2;
    }),
  );
  if (began === null) return null;
  return {
    kind: "format-lost",
    step: metrics[began]!.step,
    chart: "formatShare",
    message: `Only ${percent(format.at(-1)!)} of the completions still have one thinking and one answer in their tags, after ${percent(best)}. Give the format a weight (\`formatWeight\`), or use a lower learning rate.`,
  };
};

/**
 * Here both compute in 32 bits and differ by less than 1e-6 on average; at a hundred times that, something computes
 * another model.
 */
const samplerGap: Rule = ({ metrics, mean }) => {
  // Rounded weights differ by design; `roundedDrift` looks after them.
  const gap = mean((step) => (step.rounded === undefined ? step.samplerGap : null));
  const began = lastStretch(gap.map((now) => now !== null && now > 1e-4));
  if (began === null) return null;
  return {
    kind: "sampler-gap",
    step: metrics[began]!.step,
    chart: "samplerGap",
    message: `The trainer's log-probabilities differ from the sampler's by ${gap.at(-1)!.toExponential(1)} on average: they don't compute the same policy, and gradients are off. Report this with the run's config.`,
  };
};

/** Rollouts of a policy whose weights are rounded too far for what is trained. */
const roundedDrift: Rule = ({ metrics, mean }) => {
  const kl = mean(({ rounded }) => rounded?.kl ?? null);
  const began = lastStretch(kl.map((now) => now !== null && now > DRIFT_LIMIT));
  if (began === null) return null;
  const { precision } = metrics.findLast(({ rounded }) => rounded !== undefined)!.rounded!;
  return {
    kind: "sampler-gap",
    step: metrics[began]!.step,
    chart: "samplerGap",
    message: `Rollouts are written with weights in ${precision}, which are ${kl.at(-1)!.toFixed(3)} nats a token (KL) from those that are trained: above ${DRIFT_LIMIT} learning collapses sooner or later. Use a higher \`rolloutPrecision\`.`,
  };
};

/**
 * Norms of healthy runs stay within three times their first ones. Clipping bounds each step, but a direction of such a
 * norm is noise.
 */
const gradientExplodes: Rule = ({ metrics, mean }) => {
  const norms = mean(({ gradNorm }) => gradNorm);
  const first = norms[Math.min(WINDOW, norms.length) - 1] ?? 0;
  const began = lastStretch(norms.map((now) => now !== null && ((first > 0 && now > 20 * first) || now > 100)));
  if (began === null) return null;
  return {
    kind: "gradient",
    step: metrics[began]!.step,
    chart: "gradNorm",
    message: `The gradient's norm is ${norms.at(-1)!.toPrecision(2)}, after ${first.toPrecision(2)} in the first steps: updates go anywhere. Use a lower learning rate.`,
  };
};

/** Rollouts that are too old to learn from, or becoming so. */
const tooOld: Rule = ({ metrics, mean }) => {
  const since = tooOldSince(metrics);
  if (since !== null) return { kind: "stale", step: since, chart: "aheadKl", message: tooOldWords(metrics) };
  const kl = mean(({ ahead }) => ahead?.kl ?? null);
  const began = lastStretch(kl.map((now) => now !== null && now > DRIFT_WARNING));
  if (began === null) return null;
  return {
    kind: "stale",
    step: metrics[began]!.step,
    chart: "aheadKl",
    message: `The policy is ${kl.at(-1)!.toFixed(3)} nats a token (KL) from the policies that wrote the rollouts: they are growing too old. Lower \`open\` (or \`lag\`) or \`learningRate\` before it passes 0.05.`,
  };
};

/** Old rollouts whose tokens the clip holds back: it learns, slowly, and isn't ill. */
const heldBack: Rule = ({ metrics, mean }) => {
  const clipped = mean(({ ahead, clipFraction }) => (ahead === undefined ? null : clipFraction));
  const kl = mean(({ ahead }) => ahead?.kl ?? null);
  const began = lastStretch(clipped.map((now, i) => now !== null && now > 0.02 && (kl[i] ?? 0) < DRIFT_WARNING));
  if (began === null) return null;
  return {
    kind: "held-back",
    step: metrics[began]!.step,
    chart: "clipFraction",
    message: `The clip holds back ${percent(clipped.at(-1)!)} of the tokens while the policy stays near its rollouts (KL ${kl.at(-1)!.toFixed(3)}): old rollouts slow learning down. Lower \`open\` (or \`lag\`), or widen \`clipEpsilonLow\` and \`clipEpsilonHigh\` to 0.5 and 1.`,
  };
};

/** Other processors and other engines round otherwise: nothing is wrong, but the bytes are of this mixture alone. */
const mixedSamplers: Rule = ({ metrics }) => {
  const first = metrics.find(({ samplers }) => (samplers?.kinds.length ?? 0) > 1);
  if (first === undefined) return null;
  return {
    kind: "mixed-samplers",
    step: first.step,
    chart: "samplerGap",
    message: `Rollouts were computed on unlike machines (${first.samplers!.kinds.join("; ")}): last bits differ, so this run can't be made again to the byte. Use samplers of one kind where that counts.`,
  };
};

const RULES: readonly Rule[] = [
  accuracyCollapsed,
  entropyVanished,
  truncated,
  noSignal,
  rewardHacked,
  heldOutFalls,
  formatLost,
  samplerGap,
  roundedDrift,
  gradientExplodes,
  tooOld,
  heldBack,
  mixedSamplers,
];

function failure(states: readonly StateChange[]): RunWarning[] {
  const last = states.at(-1);
  if (last?.state !== "failed") return [];
  return [
    {
      kind: "failed",
      step: last.step,
      chart: "accuracy",
      message: `The run failed after step ${last.step}${last.detail === "" ? "." : `: ${last.detail}`}`,
    },
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
