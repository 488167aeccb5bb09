import type { SentError } from "../../host/sent-error.ts";
import type { LookAfter, SeenEvaluation, TrainerNews, TrainerOrder } from "../messages.ts";
import type { TabSettings } from "../settings.ts";

/** A step as it was told. */
export type SeenStep = Omit<TrainerNews & { readonly kind: "step" }, "kind">;

/** `waiting` for the first order, `training` step after step, `stepping` one step, `over` at the run's end. */
export type TabStatus = "loading" | "waiting" | "training" | "stepping" | "pausing" | "over" | "failed";

/** Everything that the page knows of a run. A new object for each change. */
export interface TabState {
  readonly settings: TabSettings;
  readonly status: TabStatus;
  /** Of the model's weights, as far as they have come. */
  readonly loaded: { readonly bytes: number; readonly of: number };
  readonly engine: { readonly parameters: number; readonly workers: number; readonly shared: boolean } | null;
  readonly evaluations: readonly SeenEvaluation[];
  readonly steps: readonly SeenStep[];
  /** What was last looked at. */
  readonly look: LookAfter | null;
  readonly error: SentError | null;
}

/** Opens the worker that trains. */
export type OpenTrainer = () => Worker;

/** A run in this tab, as the page sees it: orders go in, and each change of the state is told. */
export class TabClient {
  private readonly worker: Worker;
  private readonly listeners = new Set<() => void>();
  private current: TabState;
  /** Who waits for weights. */
  private readonly onWeights: { resolve(weights: Uint8Array): void; reject(reason: Error): void }[] = [];
  /** Tokens repeat: equal ones are kept once. */
  private readonly words = new Map<string, string>();

  /**
   * @param root address of the page's folder
   * @param open makes the worker
   */
  constructor(settings: TabSettings, root: string, open: OpenTrainer) {
    this.current = {
      settings,
      status: "loading",
      loaded: { bytes: 0, of: 0 },
      engine: null,
      evaluations: [],
      steps: [],
      look: null,
      error: null,
    };
    this.worker = open();
    this.worker.onmessage = ({ data }: MessageEvent<TrainerNews>) => this.take(data);
    this.worker.onerror = ({ message }) => this.fail(message);
    this.order({ kind: "open", settings, root });
  }

  get state(): TabState {
    return this.current;
  }

  /** @returns ends the listening */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  train(): void {
    this.change({ status: "training" });
    this.order({ kind: "train" });
  }

  step(): void {
    this.change({ status: "stepping" });
    this.order({ kind: "step" });
  }

  /** After the step in progress. */
  pause(): void {
    if (this.current.status === "training") this.change({ status: "pausing" });
    this.order({ kind: "pause" });
  }

  /** Has a group of the newest step seen by the policy as it is; `look` of the state has it then. */
  look(problemIndex: number): void {
    this.order({ kind: "look", problemIndex });
  }

  /** The weights as they are once nothing is under way, as a file of safetensors. */
  weights(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.onWeights.push({ resolve, reject });
      this.order({ kind: "model" });
    });
  }

  /** Ends the run and frees its memory. */
  stop(): void {
    this.worker.terminate();
    this.listeners.clear();
  }

  private order(order: TrainerOrder): void {
    this.worker.postMessage(order);
  }

  private take(news: TrainerNews): void {
    switch (news.kind) {
      case "loading":
        return this.change({ loaded: { bytes: news.bytes, of: news.of } });
      case "ready": {
        const { parameters, workers, shared } = news;
        const status = this.current.status === "loading" ? "waiting" : this.current.status;
        return this.change({ engine: { parameters, workers, shared }, status });
      }
      case "evaluation":
        return this.change({ evaluations: [...this.current.evaluations, news.evaluation] });
      case "step": {
        const { kind: _kind, ...step } = news;
        return this.change({ steps: [...this.current.steps, this.interned(step)], look: null });
      }
      case "look":
        return this.change({ look: news.look });
      case "model":
        return this.onWeights.shift()?.resolve(news.weights);
      case "rest":
        return this.change({ status: news.over ? "over" : "waiting" });
      case "failed":
        for (const { reject } of this.onWeights.splice(0)) reject(new Error(news.error.message));
        return this.change({ status: "failed", error: news.error });
    }
  }

  private interned(step: SeenStep): SeenStep {
    const once = (piece: string): string => {
      const known = this.words.get(piece);
      if (known === undefined) this.words.set(piece, piece);
      return known ?? piece;
    };
    return {
      ...step,
      groups: step.groups.map((group) => ({
        ...group,
        rollouts: group.rollouts.map((rollout) => ({ ...rollout, pieces: rollout.pieces.map(once) })),
      })),
    };
  }

  private fail(message: string): void {
    const error = { name: "Error", message, stack: undefined, known: false, fields: {} };
    this.change({ status: "failed", error });
  }

  private change(change: Partial<TabState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}
