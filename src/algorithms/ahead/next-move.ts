import { placeName, type GroupPlace, type StepPlan, type WrittenBatch } from "../../records/schedule.ts";

/** A group that was written and that no step has learnt from. */
export interface OpenPlace extends GroupPlace {
  /** Steps that the policy had made when it wrote the group. */
  readonly afterStep: number;
  /** Every member has its verdict. */
  readonly judged: boolean;
}

/** How far ahead groups are written, and in which order they are taken. */
export interface AheadRule {
  /** Groups of a batch, and of a step. */
  readonly batchSize: number;
  /** Groups open at most. */
  readonly most: number;
  /** Steps that may be made between writing a group and learning from it; Infinity for a fixed lag. */
  readonly staleness: number;
  /** A step takes the oldest groups, be they judged or not: no verdict's time decides anything. */
  readonly inOrder: boolean;
  /** Of the run. */
  readonly steps: number;
}

/** Where a run stands before a step. */
export interface AheadState {
  readonly step: number;
  /** In the order of writing. */
  readonly open: readonly OpenPlace[];
  /** What was decided for this step before: by this run, before it was stopped, or by the one that it follows. */
  readonly plan: StepPlan | undefined;
  /** Batches of the schedule that are to be written before this step. */
  readonly due: readonly WrittenBatch[];
  /** The batch that comes next where nothing is due. */
  readonly nextBatch: number;
  /** Groups that this step has given up already. */
  readonly dropped: readonly GroupPlace[];
}

export type Move =
  | { readonly kind: "write"; readonly batch: number }
  | { readonly kind: "drop"; readonly groups: readonly GroupPlace[] }
  | { readonly kind: "take"; readonly plan: StepPlan }
  | { readonly kind: "wait" };

/** What is done next, from what is known now: the only place where a run's schedule is decided. */
export function nextMove(state: AheadState, rule: AheadRule): Move {
  const [due] = state.due;
  if (due !== undefined) return { kind: "write", batch: due.batch };
  return state.plan === undefined ? decide(state, rule) : follow(state, state.plan);
}

function follow({ open }: AheadState, plan: StepPlan): Move {
  const judged = new Set(open.filter((group) => group.judged).map(placeName));
  return plan.groups.every((group) => judged.has(placeName(group))) ? { kind: "take", plan } : { kind: "wait" };
}

function decide({ step, open, nextBatch, dropped }: AheadState, rule: AheadRule): Move {
  const { batchSize, most, staleness, inOrder, steps } = rule;
  const old = open.filter(({ afterStep }) => step - 1 - afterStep > staleness);
  if (old.length > 0) return { kind: "drop", groups: old };
  const candidates = inOrder ? open.slice(0, batchSize) : open.filter(({ judged }) => judged);
  const taken = candidates.slice(0, batchSize);
  const isWhole = taken.length === batchSize && taken.every(({ judged }) => judged);
  // Under a fixed lag all is written that may be before a step is made: when it was judged must not decide.
  const hasRoom = open.length + batchSize <= most || open.length < batchSize;
  const writes = hasRoom && open.length < (steps - step + 1) * batchSize;
  const write: Move = { kind: "write", batch: nextBatch };
  if (inOrder && writes) return write;
  if (isWhole) {
    const groups = taken.map(({ batch, place }) => ({ batch, place }));
    return { kind: "take", plan: { step, groups, dropped } };
  }
  return writes ? write : { kind: "wait" };
}
