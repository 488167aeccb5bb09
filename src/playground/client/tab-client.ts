import type { SentError } from "../../host/sent-error.ts";
import type { LookAfter, SeenEvaluation, TrainerNews, TrainerOrder } from "../messages.ts";
import type { TabSettings } from "../settings.ts";
import { PackedStep } from "./packed-step.ts";

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
  /** The group that was to be looked at and that the newest step hasn't, by its problem. */
  readonly missingGroup: number | null;
  readonly error: SentError | null;
}

/** What the page needs of the worker that trains. */
export type TrainerLink = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

/** Opens the worker that trains. @throws Error where a tab can't have one */
export type OpenTrainer = () => TrainerLink;

/** Bytes of the model between two changes that tell of them: a listener draws the page. */
const TOLD_BYTES = 128_000;
/** The newest steps, of which a reader looks at most. */
const WHOLE_STEPS = 4;

/** A run in this tab, as the page sees it: orders go in, and each change of the state is told. */
export class TabClient {
  private readonly worker: TrainerLink | null;
  private readonly listeners = new Set<() => void>();
  private current: TabState;
  /** Orders that will end with a `rest`: one that ends while others wait tells nothing of them. */
  private underWay = 0;
  /** Who waits for weights. */
  private readonly onWeights: { resolve(weights: Uint8Array): void; reject(reason: Error): void }[] = [];
  /** Tokens repeat: equal ones are kept once. */
  private readonly words = new Map<string, string>();

  /**
   * @param root address of the page's folder
   * @param open makes the worker; where it can't, the state is `failed`, and orders do nothing
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
      missingGroup: null,
      error: null,
    };
    this.worker = this.opened(open);
    this.send({ kind: "open", settings, root });
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
    this.order({ kind: "train" }, "training");
  }

  step(): void {
    this.order({ kind: "step" }, "stepping");
  }

  /** After the step in progress. */
  pause(): void {
    if (this.current.status === "training") this.change({ status: "pausing" });
    this.send({ kind: "pause" });
  }

  /** Has a group of the newest step seen by the policy as it is; `look` of the state has it then. */
  look(problemIndex: number): void {
    this.send({ kind: "look", problemIndex });
  }

  /** The weights as they are once nothing is under way, as a file of safetensors. */
  weights(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.onWeights.push({ resolve, reject });
      this.send({ kind: "model" });
    });
  }

  /** Ends the run and frees its memory. */
  stop(): void {
    this.worker?.terminate();
    this.listeners.clear();
  }

  private opened(open: OpenTrainer): TrainerLink | null {
    try {
      const worker = open();
      worker.onmessage = ({ data }: MessageEvent<TrainerNews>) => this.take(data);
      worker.onerror = (event) => this.fail(typeof event === "string" ? event : event.message);
      return worker;
    } catch (error) {
      this.fail((error as Error).message);
      return null;
    }
  }

  private send(order: TrainerOrder): void {
    this.worker?.postMessage(order);
  }

  /** An order that ends with a `rest`. */
  private order(order: TrainerOrder, status: TabStatus): void {
    if (this.current.status === "failed") return;
    this.underWay++;
    this.change({ status });
    this.send(order);
  }

  private take(news: TrainerNews): void {
    switch (news.kind) {
      case "loading":
        return this.takeLoading(news.bytes, news.of);
      case "ready": {
        const { parameters, workers, shared } = news;
        const status = this.current.status === "loading" ? "waiting" : this.current.status;
        return this.change({ engine: { parameters, workers, shared }, status });
      }
      case "evaluation":
        return this.change({ evaluations: [...this.current.evaluations, news.evaluation] });
      case "step": {
        const { kind: _kind, ...step } = news;
        return this.change({ steps: this.withStep(this.interned(step)), look: null, missingGroup: null });
      }
      case "look":
        return this.change({ look: news.look, missingGroup: null });
      case "no group":
        return this.change({ missingGroup: news.problemIndex });
      case "model":
        return this.onWeights.shift()?.resolve(news.weights);
      case "rest":
        return this.rest(news.over);
      case "failed":
        for (const { reject } of this.onWeights.splice(0)) reject(new Error(news.error.message));
        return this.change({ status: "failed", error: news.error });
    }
  }

  private takeLoading(bytes: number, of: number): void {
    const told = this.current.loaded.bytes;
    if (told === 0 || bytes - told >= TOLD_BYTES) this.change({ loaded: { bytes, of } });
  }

  private rest(over: boolean): void {
    this.underWay = Math.max(0, this.underWay - 1);
    const { steps, settings } = this.current;
    if (over || steps.length >= settings.steps) this.change({ status: "over" });
    else if (this.underWay === 0) this.change({ status: "waiting" });
  }

  /** All steps with one more; an older one is packed, but for the first, which the page shows beside the newest. */
  private withStep(step: SeenStep): readonly SeenStep[] {
    const steps = [...this.current.steps, step];
    const old = steps.length - 1 - WHOLE_STEPS;
    if (old > 0) steps[old] = new PackedStep(steps[old]!);
    return steps;
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
