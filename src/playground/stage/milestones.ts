import type { StepMetrics } from "../../records/metrics.ts";
import type { SeenEvaluation, SeenGroup } from "../messages.ts";

/** What of a step its milestones are read from. */
export interface MilestoneStep {
  readonly metrics: Pick<StepMetrics, "step" | "accuracy" | "emergence">;
  readonly groups: readonly SeenGroup[];
}

/** Where a run first reached something, and which of the two figures it stands in. */
export interface Milestone {
  /**
   * `correction`: a completion rejected a candidate, tried another and was right; `half`: half of the rollouts were
   * right; `threeQuarters`: three quarters of the held-out samples were; `doubled`: completions were twice as long as
   * those of the first step.
   */
  readonly kind: "correction" | "half" | "threeQuarters" | "doubled";
  readonly figure: "accuracy" | "length";
  readonly step: number;
  /** Where it stands in the figure: a share, or tokens. */
  readonly value: number;
}

/** The milestones of a run so far, in the order of their steps. */
export function milestonesOf(steps: readonly MilestoneStep[], evaluations: readonly SeenEvaluation[]): Milestone[] {
  const found = [
    firstStep(steps, "correction", "accuracy", ({ groups }) => groups.some(holdsCorrection)),
    firstStep(steps, "half", "accuracy", ({ metrics }) => (metrics.accuracy ?? 0) >= 0.5),
    firstEvaluation(evaluations),
    firstStep(steps, "doubled", "length", ({ metrics }) => {
      const first = steps[0]!.metrics.emergence.meanLength;
      return metrics.emergence.meanLength >= 2 * first;
    }),
  ];
  return found.filter((milestone) => milestone !== null).sort((a, b) => a.step - b.step);
}

/** The completion that corrected itself and was right which came last; null before the first one. */
export function newestCorrection(
  steps: readonly MilestoneStep[],
): { readonly step: number; readonly group: SeenGroup; readonly rollout: SeenGroup["rollouts"][number] } | null {
  for (let i = steps.length - 1; i >= 0; i--) {
    const { metrics, groups } = steps[i]!;
    for (const group of groups) {
      const rollout = group.rollouts.find(isCorrection);
      if (rollout !== undefined) return { step: metrics.step, group, rollout };
    }
  }
  return null;
}

function holdsCorrection({ rollouts }: SeenGroup): boolean {
  return rollouts.some(isCorrection);
}

function isCorrection({ corrects, reward }: SeenGroup["rollouts"][number]): boolean {
  return corrects && reward.verdict.kind === "right";
}

function firstStep(
  steps: readonly MilestoneStep[],
  kind: Milestone["kind"],
  figure: Milestone["figure"],
  reached: (step: MilestoneStep) => boolean,
): Milestone | null {
  const first = steps.find(reached);
  if (first === undefined) return null;
  const { step, accuracy, emergence } = first.metrics;
  return { kind, figure, step, value: figure === "length" ? emergence.meanLength : (accuracy ?? 0) };
}

function firstEvaluation(evaluations: readonly SeenEvaluation[]): Milestone | null {
  const first = evaluations.find(({ accuracy }) => accuracy >= 0.75);
  if (first === undefined) return null;
  return { kind: "threeQuarters", figure: "accuracy", step: first.step, value: first.accuracy };
}
