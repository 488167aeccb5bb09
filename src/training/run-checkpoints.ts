import { copiedSource, type CheckpointSource } from "./checkpoint-copy.ts";
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
 * same bytes. A small model's state is copied, and written while training goes on.
 */
export class RunCheckpoints {
  private readonly rule: CheckpointRule;
  private newest: number;
  private last = performance.now();
  /** Ends when what was begun is written; never fails, as nobody may be waiting for it. */
  private writing: Promise<{ readonly error?: unknown }> = Promise.resolve({});

  constructor(private readonly parts: RunCheckpointsParts) {
    this.rule = checkpointRule(parts.job.limits.checkpointEvery);
    this.newest = parts.done;
  }

  /** Begins one behind a step where it is due, or is to be kept for good. */
  async after(step: number): Promise<void> {
    const { keepEvery } = this.parts.job.limits;
    if (step % keepEvery === 0 || this.isDue(step)) await this.begin(step);
  }

  /** Waits until what was begun is written. @throws what writing it failed with */
  async written(): Promise<void> {
    const { error } = await this.writing;
    if (error !== undefined) throw error;
  }

  /** The same for who has an error to tell already. */
  async rest(): Promise<void> {
    await this.writing;
  }

  /** Writes one of the last step that was made, where there is none. */
  async end(step: number): Promise<void> {
    if (step !== this.newest) await this.begin(step);
    await this.written();
  }

  private isDue(step: number): boolean {
    if ("steps" in this.rule) return step % this.rule.steps === 0;
    return performance.now() - this.last >= this.rule.seconds * 1000;
  }

  private async begin(step: number): Promise<void> {
    await this.written();
    const { job } = this.parts;
    const source = { policy: job.policy, extras: await job.extras() };
    const copy = await copiedSource(source);
    const writing = this.write(step, copy ?? source);
    this.newest = step;
    this.writing = writing.then(
      () => ({}),
      (error: unknown) => ({ error }),
    );
    if (copy === null) await this.written();
    this.last = performance.now();
  }

  private async write(step: number, source: CheckpointSource): Promise<void> {
    const { runFolder, job, onEvent } = this.parts;
    const { policy, tokenizer, limits } = job;
    const folder = await saveTrainingCheckpoint(runFolder, step, source, tokenizer);
    await pruneCheckpoints(runFolder, limits.keepEvery, policy);
    // One behind each step is not worth a word.
    if (step % limits.keepEvery === 0 || limits.checkpointEvery !== "1")
      onEvent?.({ kind: "checkpoint", step, folder });
  }
}
