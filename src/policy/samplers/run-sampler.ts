import { setTimeout as sleep } from "node:timers/promises";
import { AhaError } from "../../errors.ts";
import { askedAgain } from "../../host/asked-again.ts";
import { RedisAway } from "../../host/redis/redis-client.ts";
import { sha256Of } from "../../host/sha256.ts";
import { readCard } from "./model-card.ts";
import type { PresentRun } from "./presence.ts";
import { SamplerModel } from "./sampler-model.ts";
import { writeResult, type SamplerName } from "./sampler-result.ts";
import type { ClaimedJob, SamplerSide } from "./sampler-side.ts";
import { WeightStore } from "./weight-store.ts";

export interface SamplerSettings {
  readonly sampler: SamplerName;
  /** Engine threads. */
  readonly workers: number;
  /** Ends it, after the jobs under way. */
  readonly signal: AbortSignal;
  /** Minutes for which a Redis that is down is waited for. */
  readonly patience: number;
  readonly onNote: (text: string) => void;
}

/** What a sampler did in all. */
export interface SamplerTotals {
  readonly jobs: number;
  readonly completions: number;
  readonly tokens: number;
  readonly runs: number;
}

/** Milliseconds between two looks where nothing waits. */
const [FIRST_IDLE, MOST_IDLE] = [10, 250];
/** Seconds for which a run that has work is stayed with where others have some too. */
const TURN = 30;
/** Seconds between two words on how it goes. */
const WORD = 10;
const RETRY = 500;

/** Does jobs for all runs whose learners are there, one run at a time, until the signal ends it. */
export async function runSampler(side: SamplerSide, settings: SamplerSettings): Promise<SamplerTotals> {
  const sampler = new Sampler(side, settings);
  try {
    await sampler.work();
  } finally {
    await sampler.stop();
  }
  return sampler.totals();
}

class Sampler {
  private model: { readonly run: string; readonly cardSha256: string; readonly works: SamplerModel } | undefined;
  private readonly running = new Set<Promise<void>>();
  private readonly runs = new Set<string>();
  /** What of a run can't be done here, by its card; told once. */
  private readonly refused = new Set<string>();
  private counts = { jobs: 0, completions: 0, tokens: 0 };
  private turn = { run: "", since: 0 };
  private said = { at: performance.now(), jobs: 0, tokens: 0 };
  private failure: { readonly error: unknown } | undefined;
  private waits = false;

  constructor(
    private readonly side: SamplerSide,
    private readonly settings: SamplerSettings,
  ) {}

  async work(): Promise<void> {
    const { signal } = this.settings;
    let idle = FIRST_IDLE;
    while (!signal.aborted && this.failure === undefined) {
      const claimed = await this.patiently(() => this.claim());
      if (claimed === null) {
        this.tellWaiting();
        await this.pause(idle);
        idle = Math.min(2 * idle, MOST_IDLE);
        continue;
      }
      idle = FIRST_IDLE;
      this.waits = false;
      if (!(await this.ready(claimed))) continue;
      const done = this.do(claimed).finally(() => this.running.delete(done));
      this.running.add(done);
      if (this.running.size >= this.model!.works.width) await Promise.race(this.running);
    }
    await Promise.all(this.running);
    if (this.failure !== undefined) throw this.failure.error;
  }

  totals(): SamplerTotals {
    return { ...this.counts, runs: this.runs.size };
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.running);
    await this.model?.works.stop();
  }

  /** The next job: of the run that it has been at, unless others have waited long enough. */
  private async claim(): Promise<ClaimedJob | null> {
    const runs = (await this.side.present()).filter(({ card }) => !this.refused.has(card));
    const at = runs.findIndex(({ run }) => run === this.turn.run);
    const isOver = performance.now() - this.turn.since > 1000 * TURN;
    const first = at < 0 ? 0 : at + (isOver ? 1 : 0);
    for (let i = 0; i < runs.length; i++) {
      const run = runs[(first + i) % runs.length]!;
      const claimed = await this.side.claim(run);
      if (claimed === null) continue;
      if (run.run !== this.turn.run || isOver) this.turn = { run: run.run, since: performance.now() };
      return claimed;
    }
    return null;
  }

  /** Loads what a job is done with. @returns false where that can't be; the job then waits for others, or has ended */
  private async ready(claimed: ClaimedJob): Promise<boolean> {
    const { job, run, card } = claimed;
    const cardSha256 = sha256Of(card);
    if (cardSha256 !== job.modelSha256) {
      await this.patiently(() => claimed.fail("it is of a model that its learner hasn't any more"));
      return false;
    }
    const isLoaded = this.model?.cardSha256 === cardSha256 && this.model.run === run;
    if (isLoaded && this.model!.works.has(job.weightsSha256)) return true;
    // One run, and one version of its weights, at a time.
    await Promise.all(this.running);
    try {
      const isThere = await this.patiently(() =>
        isLoaded ? this.model!.works.take(job.weightsSha256, this.reader(run)) : this.load(claimed, cardSha256),
      );
      if (!isThere) await this.patiently(() => claimed.release());
      // Redis was emptied: the learner sends them again.
      if (!isThere) await this.pause(RETRY);
      return isThere;
    } catch (error) {
      if (!(error instanceof AhaError) || error instanceof RedisAway) throw error;
      this.refuse({ run, card }, error);
      await this.patiently(() => claimed.release());
      return false;
    }
  }

  private reader(run: string): (sha256: string, into: Float32Array) => Promise<boolean> {
    const store = new WeightStore(this.side.client, run);
    return (sha256, into) => this.side.asked(() => store.get(sha256, into), into.byteLength);
  }

  private async load({ run, card, job }: ClaimedJob, cardSha256: string): Promise<boolean> {
    await this.model?.works.stop();
    this.model = undefined;
    const read = readCard(card);
    const works = await SamplerModel.open(read, job.weightsSha256, this.settings.workers, this.reader(run));
    if (works === null) return false;
    this.model = { run, cardSha256, works };
    this.runs.add(run);
    this.settings.onNote(`Samples for the run ${run}.`);
    return true;
  }

  private refuse({ run, card }: PresentRun, error: AhaError): void {
    this.refused.add(card);
    this.settings.onNote(`The run ${run} is left to other samplers. ${error.message}`);
  }

  /** Never rejects: what can't be mended ends the work. */
  private async do(claimed: ClaimedJob): Promise<void> {
    const { sampler } = this.settings;
    try {
      const completions = await this.model!.works.sample(claimed.job, claimed.lost);
      const result = writeResult(claimed.id, claimed.job, { sampler, completions });
      if (!(await this.patiently(() => claimed.finish(result)))) return;
      this.counts.jobs++;
      for (const { tokens } of completions.flat()) {
        this.counts.completions++;
        this.counts.tokens += tokens.length;
      }
      this.tellProgress(claimed.run);
    } catch (error) {
      if (claimed.lost.aborted) return;
      if (error instanceof AhaError && !(error instanceof RedisAway))
        await this.patiently(() => claimed.fail(`${sampler.name}: ${error.message}`)).catch((second: unknown) => {
          this.failure ??= { error: second };
        });
      else this.failure ??= { error };
    }
  }

  private patiently<T>(ask: () => Promise<T>): Promise<T> {
    const { patience, signal, onNote } = this.settings;
    return askedAgain(ask, {
      seconds: 60 * patience,
      passing: RedisAway,
      signal,
      onTrouble: ({ message }, wait) => onNote(`${message} Asked again in ${wait.toFixed(1)} s.`),
    });
  }

  private tellWaiting(): void {
    if (this.waits || this.running.size > 0) return;
    this.waits = true;
    // Between two steps there is always a moment.
    if (this.counts.jobs === 0) this.settings.onNote("Waits for a run to sample for.");
  }

  private tellProgress(run: string): void {
    const seconds = (performance.now() - this.said.at) / 1000;
    if (seconds < WORD) return;
    const { jobs, tokens } = this.counts;
    const speed = Math.round((tokens - this.said.tokens) / seconds);
    this.settings.onNote(
      `${jobs} jobs done, ${jobs - this.said.jobs} of them in the last ${Math.round(seconds)} s (${speed} tokens/s), the last for ${run}.`,
    );
    this.said = { at: performance.now(), jobs, tokens };
  }

  private async pause(milliseconds: number): Promise<void> {
    const { signal } = this.settings;
    await sleep(milliseconds, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
