import type { StageContext } from "../pipelines/stage-runner.ts";
import type { TrainingEvent } from "../training/training-event.ts";

/** What is shown of stages that are done side by side: the steps of one of them, of the others what must be read. */
export class LaneEvents {
  private readonly running: string[] = [];
  private shown: string | undefined;

  constructor(private readonly tell: StageContext["onEvent"]) {}

  async while<T>(stage: string, work: () => Promise<T>): Promise<T> {
    this.running.push(stage);
    try {
      return await work();
    } finally {
      this.running.splice(this.running.indexOf(stage), 1);
    }
  }

  /** An event of a stage, or of none. */
  take(event: TrainingEvent, stage?: string): void {
    if (stage === undefined) return this.tell?.(event);
    if (stage !== this.running[0]) {
      if (event.kind === "note") this.tell?.({ ...event, text: `${stage}: ${event.text}` });
      else if (event.kind === "warning") {
        const message = `${stage}: ${event.warning.message}`;
        this.tell?.({ ...event, warning: { ...event.warning, message } });
      } else if (event.kind === "judge paused") this.tell?.(event);
      return;
    }
    if (stage !== this.shown && this.running.length > 1)
      this.tell?.({ kind: "note", text: `Of ${this.running.length} stages at once, shown from here on: ${stage}.` });
    this.shown = stage;
    this.tell?.(event);
  }
}
