import { setTimeout as sleep } from "node:timers/promises";
import { duration } from "../../text/format.ts";
import { sha256Of } from "../../host/sha256.ts";
import { RunError } from "../../errors.ts";
import type { SamplerMetrics } from "../../records/metrics.ts";
import { chunked } from "../../numbers/chunked.ts";
import { printableLine } from "../../text/printable.ts";
import type {
  Policy,
  PolicyModel,
  PolicyState,
  SampledGroup,
  UpdateResult,
  UpdateStep,
  WritingWatch,
} from "../policy.ts";
import type { Completion, TrainingSequence } from "../../records/rollout.ts";
import type { PolicyLoss } from "../../losses/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import type { DrawingOptions, SamplingOptions, SamplingRequest } from "../sampling/sampling-request.ts";
import { writeCard, type ModelCard } from "./model-card.ts";
import { writeJob } from "./sampler-job.ts";
import { readResult, type SamplerName, type SamplerResult } from "./sampler-result.ts";
import { SamplerFront, type AskedJob, type JobState, type SamplerFrontSettings } from "./sampler-front.ts";
import { weightsDigest } from "./weight-store.ts";

/** How samplers are asked, and what a job of theirs is. */
export interface SampledElsewhereOptions extends Omit<SamplerFrontSettings, "card"> {
  readonly problemsPerJob: number;
  readonly card: Omit<ModelCard, "config" | "adapted">;
  /** The processor and the engine of this machine, as samplers name theirs. */
  readonly kind: string;
}

/** Milliseconds between two looks at what was asked. */
const FIRST_LOOK = 10;
const LAST_LOOK = 200;
/** Milliseconds between two looks at whether the weights are still there. */
const CARE = 1000;
/** Seconds without anybody at work after which a person is told. */
const ALONE_SECONDS = 10;
/** Tries of a job that fails, or whose result can't be used. */
const MOST_TRIES = 3;

/** A policy whose rollouts samplers write, on whatever machines; all else is done by a policy here. */
export interface SampledElsewhere extends Policy {
  /** What samplers did since it was last asked. */
  takeReport(): SamplerMetrics;
}

/**
 * Puts samplers at the service of a policy.
 *
 * @throws OptionError or RunError as `SamplerFront.open`
 */
export async function sampleElsewhere(local: Policy, options: SampledElsewhereOptions): Promise<SampledElsewhere> {
  const { config, parameters, adapter } = await local.model();
  const base = adapter === undefined ? undefined : { weights: parameters, sha256: await weightsDigest(parameters) };
  const adapted = adapter && base && { lora: adapter.lora, baseSha256: base.sha256 };
  const card: ModelCard = { ...options.card, config, adapted };
  const room = parameters.byteLength + (adapter?.parameters.byteLength ?? 0);
  const front = await SamplerFront.open({ ...options, card }, room);
  return new LearnerPolicy(local, front, base, { ...options, modelSha256: sha256Of(writeCard(card)) });
}

/** Weights as they were when somebody asked for rollouts of them. */
interface FixedWeights {
  readonly weights: Float32Array;
  readonly sha256: string;
}

interface LearnerSettings extends Pick<SampledElsewhereOptions, "problemsPerJob" | "patience" | "signal" | "onNote"> {
  readonly kind: string;
  readonly modelSha256: string;
}

class LearnerPolicy implements SampledElsewhere {
  readonly samplesElsewhere = true;
  private readonly seen = new Map<string, string>();
  private report = nothingYet();

  constructor(
    private readonly local: Policy,
    private readonly front: SamplerFront,
    /** The model that an adapter changes. */
    private readonly base: FixedWeights | undefined,
    private readonly settings: LearnerSettings,
  ) {}

  get config(): ModelConfig {
    return this.local.config;
  }

  get version(): number {
    return this.local.version;
  }

  async *sample(
    requests: readonly SamplingRequest[],
    { signal, ...sampling }: SamplingOptions & { readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<SampledGroup> {
    signal?.throwIfAborted();
    // An update may come while samplers write.
    const weights = (await this.local.state()).parameters.slice();
    const fixed = { weights, sha256: await weightsDigest(weights) };
    const { modelSha256, problemsPerJob } = this.settings;
    const jobs = chunked(requests, problemsPerJob).map((some): AskedJob => {
      const job = { modelSha256, weightsSha256: fixed.sha256, requests: some, sampling };
      const text = writeJob(job);
      return { id: sha256Of(text), text, job };
    });
    await this.sendWeights(fixed);
    // The same problem may come twice in a step, with the same draws: one job for both.
    const places = placesById(jobs);
    for await (const { id, completions } of this.done(jobs, fixed, signal)) {
      for (const place of places.get(id)!) {
        for (const [i, group] of completions.entries()) yield { index: place * problemsPerJob + i, completions: group };
      }
    }
  }

  write(requests: readonly SamplingRequest[], options: DrawingOptions, watch: WritingWatch): Promise<Completion[][]> {
    return this.local.write(requests, options, watch);
  }

  score(
    model: "policy" | "reference",
    sequences: readonly TrainingSequence[],
    temperature: number,
  ): Promise<Float32Array[]> {
    return this.local.score(model, sequences, temperature);
  }

  update(sequences: readonly TrainingSequence[], loss: PolicyLoss, step: UpdateStep): Promise<UpdateResult> {
    return this.local.update(sequences, loss, step);
  }

  keepReference(): Promise<void> {
    return this.local.keepReference();
  }

  model(): Promise<PolicyModel> {
    return this.local.model();
  }

  state(): Promise<PolicyState> {
    return this.local.state();
  }

  restore(state: Partial<PolicyState>): Promise<void> {
    return this.local.restore(state);
  }

  async stop(): Promise<void> {
    await this.front.close();
    await this.local.stop();
  }

  takeReport(): SamplerMetrics {
    const { samplers, ...counts } = this.report;
    this.report = nothingYet();
    return { ...counts, samplers: samplers.size, kinds: [...new Set([this.settings.kind, ...this.seen.values()])] };
  }

  /** Results as they come; jobs that Redis has lost are asked again, and weights sent again. */
  private async *done(
    jobs: readonly AskedJob[],
    fixed: FixedWeights,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<{ readonly id: string } & SamplerResult> {
    const open = new Map(jobs.map((job) => [job.id, job]));
    const tries = new Map<string, number>();
    const watch = new Attendance(this.settings, this.front.shown);
    try {
      await this.ask([...open.values()]);
      let [wait, cared] = [FIRST_LOOK, performance.now()];
      while (open.size > 0) {
        signal?.throwIfAborted();
        const asked = [...open.values()];
        const states = await this.front.look(asked);
        const ended: AskedJob[] = [];
        const again: AskedJob[] = [];
        for (const [i, state] of states.entries()) {
          const job = asked[i]!;
          const result = this.resultOf(job, state, tries);
          if (result !== null) {
            open.delete(job.id);
            ended.push(job);
            yield { id: job.id, ...result };
          } else if (state.kind === "lost") again.push(job);
          else if (state.kind === "done" || state.kind === "failed") {
            ended.push(job);
            again.push(job);
          }
        }
        await this.front.remove(ended);
        if (again.length > 0) {
          this.report.again += again.length;
          await this.sendWeights(fixed);
          await this.ask(again);
        }
        watch.look(states);
        wait = ended.length > 0 ? FIRST_LOOK : Math.min(1.5 * wait, LAST_LOOK);
        if (open.size > 0) await sleep(wait);
        if (performance.now() - cared > CARE) {
          cared = performance.now();
          await this.sendWeights(fixed);
        }
      }
    } finally {
      // Whoever stops listening early wants the others no more.
      if (open.size > 0) await this.front.remove([...open.values()]).catch(() => undefined);
    }
  }

  private async ask(jobs: readonly AskedJob[]): Promise<void> {
    for (const { text } of jobs) this.report.bytesOut += text.length;
    await this.front.add(jobs);
  }

  /** The weights as they are to be sampled, and those that they change; what went before goes. */
  private async sendWeights(fixed: FixedWeights): Promise<void> {
    const all = this.base === undefined ? [fixed] : [this.base, fixed];
    await this.front.asked(() => this.front.weights.keepOnly(all.map(({ sha256 }) => sha256)));
    for (const { sha256, weights } of all)
      this.report.bytesOut += await this.front.asked(() => this.front.weights.put(sha256, weights), weights.byteLength);
  }

  /** @returns null where there is none yet. @throws RunError where a job fails too often */
  private resultOf({ id, job }: AskedJob, state: JobState, tries: Map<string, number>): SamplerResult | null {
    if (state.kind !== "done" && state.kind !== "failed") return null;
    let reason = state.kind === "failed" ? state.reason : "";
    if (state.kind === "done") {
      try {
        const result = readResult(state.text, id, job, this.config);
        this.report.jobs++;
        this.report.bytesIn += state.text.length;
        this.meet(result.sampler);
        return result;
      } catch (error) {
        if (!(error instanceof RunError)) throw error;
        reason = `its result can't be used: ${error.message}`;
      }
    }
    const failed = (tries.get(id) ?? 0) + 1;
    tries.set(id, failed);
    const said = printableLine(reason.slice(0, 300));
    if (failed >= MOST_TRIES)
      throw new RunError(
        `A job of sampling failed ${failed} times at ${this.front.shown} (${said}); resume when it is mended.`,
      );
    this.settings.onNote(`A job of sampling failed (${said}); it is asked again.`);
    return null;
  }

  private meet({ name, kind }: SamplerName): void {
    this.report.samplers.add(name);
    if (this.seen.get(name) === kind) return;
    const kinds = new Set([this.settings.kind, ...this.seen.values()]);
    this.seen.set(name, kind);
    if (kinds.has(kind)) return;
    this.settings.onNote(
      `Warning: the sampler ${printableLine(name)} computes otherwise than this machine (${printableLine(kind)}; here ${this.settings.kind}): the last bits of its log-probabilities may differ, and the run can't be made again to the byte elsewhere.`,
    );
  }
}

/** Whether anybody is at work. */
class Attendance {
  private last = performance.now();
  private told = false;

  constructor(
    private readonly settings: Pick<LearnerSettings, "patience" | "signal" | "onNote">,
    private readonly shown: string,
  ) {}

  /** @throws RunError where nobody comes; what the signal was aborted with, rather than wait for one */
  look(states: readonly JobState[]): void {
    const { patience, signal, onNote } = this.settings;
    if (states.some(({ kind }) => kind === "running" || kind === "done")) {
      this.last = performance.now();
      this.told = false;
      return;
    }
    const alone = (performance.now() - this.last) / 1000;
    if (alone < ALONE_SECONDS) return;
    signal?.throwIfAborted();
    if (alone > Math.max(ALONE_SECONDS, 60 * patience))
      throw new RunError(
        `Expected a sampler at ${this.shown}, got none for ${duration(alone)}; start one with \`aha sampler ${this.shown}\` and resume.`,
      );
    if (!this.told) onNote(`Nobody samples: start one or more with \`aha sampler ${this.shown}\`, on any machine.`);
    this.told = true;
  }
}

function placesById(jobs: readonly AskedJob[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  jobs.forEach(({ id }, place) => places.set(id, [...(places.get(id) ?? []), place]));
  return places;
}

function nothingYet(): Omit<SamplerMetrics, "samplers" | "kinds"> & { samplers: Set<string> } & Record<
    "jobs" | "again" | "bytesOut" | "bytesIn",
    number
  > {
  return { jobs: 0, again: 0, bytesOut: 0, bytesIn: 0, samplers: new Set() };
}
