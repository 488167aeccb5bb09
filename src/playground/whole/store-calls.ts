import type { StepMetrics } from "../../records/metrics.ts";
import type { StoredRollout } from "../../records/rollout.ts";
import type { SeenEvaluation } from "../messages.ts";
import type { TabSettings } from "../settings.ts";
import type { StoreAnswer } from "./frame-messages.ts";

export interface StoreInit {
  /** Address of the page's folder. */
  readonly root: string;
}

/** What the page asks of the worker that keeps runs. */
export interface StoreCalls {
  /** Begins the tab's run anew. */
  begin(settings: TabSettings): void;
  step(metrics: StepMetrics, rollouts: readonly StoredRollout[]): void;
  evaluation(evaluation: SeenEvaluation): void;
  /** No step will come. */
  end(state: "finished" | "interrupted" | "failed", detail: string): void;
  /**
   * Opens the database of a run, which may be a stranger's, in the place of the last one.
   *
   * @returns the name that it has here
   * @throws RunError where it is none, is damaged or was changed by another program
   */
  open(file: string, bytes: Uint8Array): string;
  ask(path: string): Promise<StoreAnswer>;
  /** The tab's run as the file that `aha` opens. */
  take(): Uint8Array;
}

/** The tab's run among the runs. */
export const TAB_RUN = "this-tab";
