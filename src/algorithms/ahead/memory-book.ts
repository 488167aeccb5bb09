import type { Reward } from "../../records/reward.ts";
import type { StoredRollout } from "../../records/rollout.ts";
import type {
  GroupPlace,
  KeptGroup,
  RunSchedule,
  ScheduleBook,
  StepPlan,
  WrittenBatch,
} from "../../records/schedule.ts";

/** A schedule that is kept as long as the process lives, and forgets rollouts: for loops that nobody resumes. */
export class MemoryBook implements ScheduleBook {
  private readonly written = new Map<number, WrittenBatch>();
  private readonly planned: StepPlan[];

  /** @param followed another loop's schedule, which is done again */
  constructor(followed?: RunSchedule) {
    for (const batch of followed?.batches ?? []) this.written.set(batch.batch, { ...batch, gap: null });
    this.planned = [...(followed?.plans ?? [])];
  }

  batches(): WrittenBatch[] {
    return [...this.written.values()].sort((a, b) => a.batch - b.batch);
  }

  plans(): readonly StepPlan[] {
    return this.planned;
  }

  groups(): KeptGroup[] {
    return [];
  }

  keepBatch(batch: WrittenBatch, _rollouts: readonly (readonly StoredRollout[])[]): void {
    this.written.set(batch.batch, batch);
  }

  keepJudged(_place: GroupPlace, _rewards: readonly Reward[]): void {}

  keepPlan(plan: StepPlan): void {
    this.planned.push(plan);
  }
}
