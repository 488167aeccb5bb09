import type { Milestone } from "./milestones.ts";

/** Steps from one told sentence to the next: a reader who hears the page isn't spoken to at each. */
export const TOLD_EVERY = 5;

/** What is to be told of a run now: a milestone that it has just reached, or one of its steps. */
export type Told =
  | { readonly kind: "milestone"; readonly milestone: Milestone }
  | { readonly kind: "step"; readonly step: number };

/**
 * The newest thing worth a sentence.
 *
 * @param step the newest one; 0 before the first
 * @param milestones in the order of their steps
 * @returns null where there is none yet
 */
export function newestTold(step: number, milestones: readonly Milestone[]): Told | null {
  const told = step === 1 ? 1 : step - (step % TOLD_EVERY);
  const milestone = milestones.at(-1);
  if (milestone !== undefined && milestone.step >= told) return { kind: "milestone", milestone };
  return told === 0 ? null : { kind: "step", step: told };
}

/** Seconds in the units in which one speaks of what remains: to five seconds below a minute, then to minutes. */
export function spokenTime(seconds: number): { readonly unit: "seconds" | "minutes"; readonly count: number } {
  if (seconds < 57.5) return { unit: "seconds", count: Math.max(5, Math.round(seconds / 5) * 5) };
  return { unit: "minutes", count: Math.max(1, Math.round(seconds / 60)) };
}
