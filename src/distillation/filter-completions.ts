import type { JudgedRollout } from "../records/rollout.ts";
import type { FilterOptions } from "./rejection-options.ts";
import { mostRepeated } from "../text/repetition.ts";

/** A view of a judged completion that may become an example; the endpoint's teacher counts its tokens alone. */
export interface TeacherCompletion extends Pick<
  JudgedRollout,
  "problem" | "prompt" | "text" | "stop" | "parsed" | "verdict"
> {
  /** In tokens. */
  readonly length: number;
}

/** The same before it is judged. */
export type UnjudgedCompletion = Omit<TeacherCompletion, "parsed" | "verdict">;

export interface FilterRules extends Pick<FilterOptions, "longestTokens" | "mostRepeats" | "perProblem"> {
  /**
   * The share of a thinking's words that are in a language; null where it has no words. Where absent, language is not
   * looked at.
   */
  readonly consistency?: (thinking: string, language: string) => number | null;
}

export const DROP_REASONS = [
  "wrong",
  "unverifiable",
  "truncated",
  "malformed",
  "too long",
  "repetitive",
  "mixed language",
  "duplicate",
  "more than enough",
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export interface Filtered {
  readonly kept: readonly TeacherCompletion[];
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/**
 * Rejection sampling's rules: right, finished, well formed, not too long, not repetitive, in the question's language,
 * each text once, so many a problem. A candidate counts under the first rule that it breaks. Of those left the first by
 * problem are kept, not the shortest, so that length is not selected for. R1, arXiv:2501.12948, section 2.3.3.
 */
export function filterCompletions(candidates: readonly TeacherCompletion[], rules: FilterRules): Filtered {
  const dropped = Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<DropReason, number>;
  const texts = new Map<string, Set<string>>();
  const kept = candidates.filter((candidate) => {
    const seen = texts.get(candidate.problem.id) ?? new Set<string>();
    texts.set(candidate.problem.id, seen);
    const reason = brokenRule(candidate, rules) ?? surplus(candidate, seen, rules);
    if (reason !== undefined) dropped[reason]++;
    else seen.add(candidate.text);
    return reason === undefined;
  });
  return { kept, dropped };
}

function brokenRule(candidate: TeacherCompletion, rules: FilterRules): DropReason | undefined {
  // What was cut at the limit has no answer, which is more telling than that it is wrong.
  if (candidate.stop !== "end") return "truncated";
  if (candidate.verdict.kind === "unverifiable" && candidate.problem.general !== true) return "unverifiable";
  if (candidate.verdict.kind === "wrong" || candidate.verdict.kind === "partly") return "wrong";
  if (!candidate.parsed.wellFormed) return "malformed";
  if (candidate.length > rules.longestTokens) return "too long";
  if (mostRepeated(candidate.text) > rules.mostRepeats) return "repetitive";
  const { language } = candidate.problem;
  if (
    rules.consistency !== undefined &&
    language !== undefined &&
    (rules.consistency(candidate.parsed.thinking ?? "", language) ?? 1) < 1
  )
    return "mixed language";
  return undefined;
}

/** @param seen the texts of the same problem that were kept */
function surplus(
  { text }: TeacherCompletion,
  seen: ReadonlySet<string>,
  { perProblem }: FilterRules,
): DropReason | undefined {
  if (seen.has(text)) return "duplicate";
  return seen.size >= perProblem ? "more than enough" : undefined;
}

/** What two filters after each other dropped. */
export function addDropped(first: Filtered["dropped"], second: Filtered["dropped"]): Filtered["dropped"] {
  return Object.fromEntries(DROP_REASONS.map((reason) => [reason, first[reason] + second[reason]])) as Record<
    DropReason,
    number
  >;
}

/** What was dropped in words: `312 wrong, 40 truncated`; `nothing` where nothing was. */
export function droppedText(dropped: Readonly<Record<DropReason, number>>): string {
  const parts = DROP_REASONS.flatMap((reason) => (dropped[reason] > 0 ? [`${dropped[reason]} ${reason}`] : []));
  return parts.length === 0 ? "nothing" : parts.join(", ");
}
