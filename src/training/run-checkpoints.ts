import { checkpointRule, type CheckpointRule } from "./checkpoint-rule.ts";
import { pruneCheckpoints, saveTrainingCheckpoint } from "./training-checkpoint.ts";
import type { TrainingEvent } from "./training-event.ts";
import type { TrainingJob } from "./training-job.ts";

/** Where a run's checkpoints are written, and who is told. */
export interface RunCheckpointsParts {
  readonly runFolder: string;
  readonly job: TrainingJob;
  /** The step that the run goes on from, which has a checkpoint. */
  readonly done: number;
  readonly onEvent: ((event: TrainingEvent) => void) | undefined;
}

/**
 * Writes a run's checkpoints when they are due. A run that is killed does the steps since the newest one again, to the
 * same bytes.
 */
export class RunCheckpoints {
  private readonly rule: CheckpointRule;
  private newest: number;
  private written = performance.now();

  constructor(private readonly parts: RunCheckpointsParts) {
    this.rule = checkpointRule(parts.job.limits.checkpointEvery);
    this.newest = parts.done;
  }

  /** Writes one behind a step where it is due, or is to be kept for good. */
  async after(step: number): Promise<void> {
    const { keepEvery } = this.parts.job.limits;
    if (step % keepEvery === 0 || this.isDue(step)) await this.write(step);
  }

  /** Writes one of the last step that was made, where there is none. */
  async end(step: number): Promise<void> {
    if (step !== this.newest) await this.write(step);
  }

  private isDue(step: number): boolean {
    if ("steps" in this.rule) return step % this.rule.steps === 0;
    return performance.now() - this.written >= this.rule.seconds * 1000;
  }

  private async write(step: number): Promise<void> {
    const { runFolder, job, onEvent } = this.parts;
    const { policy, tokenizer, limits } = job;
    const folder = await saveTrainingCheckpoint(runFolder, step, policy, tokenizer, await job.extras());
    await pruneCheckpoints(runFolder, limits.keepEvery, policy);
    this.newest = step;
    this.written = performance.now();
    // One behind each step is not worth a word.
    if (step % limits.keepEvery === 0 || limits.checkpointEvery !== "1")
      onEvent?.({ kind: "checkpoint", step, folder });
  }
}
