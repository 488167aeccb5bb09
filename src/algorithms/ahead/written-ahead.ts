import { RunError } from "../../errors.ts";
import { judgedAs } from "../../judging/judge.ts";
import { mean } from "../../numbers/metrics.ts";
import { sumOf } from "../../numbers/sum.ts";
import type { AheadMetrics } from "../../records/metrics.ts";
import type { Problem } from "../../records/problem.ts";
import type { JudgedRollout, Rollout } from "../../records/rollout.ts";
import {
  placeName,
  type GroupPlace,
  type KeptGroup,
  type ScheduleBook,
  type StepPlan,
  type WrittenBatch,
} from "../../records/schedule.ts";
import { scoreGroup, type ScoredGroup } from "../../rollout/score-groups.ts";
import { storedRollout } from "../../rollout/stored-rollout.ts";
import { cameLate } from "../../verifiers/verdict-score.ts";
import type { JudgedGroups, TakenGroups } from "../judged-groups.ts";
import { batchKey, drawBatch, rewardGroup, sampleFromPolicy, type PolicySetting } from "../train-policy.ts";
import type { Check, Checks } from "./checks.ts";
import { measureGap } from "./measure-gap.ts";
import { nextMove, type AheadRule, type OpenPlace } from "./next-move.ts";

/** What a source of groups that are written ahead is made of. */
export interface WrittenAheadOptions {
  readonly book: ScheduleBook;
  readonly checks: Checks;
  readonly rule: AheadRule;
  /** Ends a wait for verdicts. */
  readonly signal?: AbortSignal | undefined;
}

/** A group that was written, until a step learns from it. */
interface OpenGroup extends GroupPlace {
  readonly afterStep: number;
  scored: ScoredGroup | null;
  check: Check | undefined;
}

/** A batch that samplers write while the learner does something else. */
interface UnderWay extends BatchPlace {
  /** That write it. */
  readonly weights: Float32Array;
  readonly sampled: Promise<readonly (readonly Rollout[])[]>;
  readonly groups: number;
  readonly stop: AbortController;
}

type BatchPlace = Pick<WrittenBatch, "batch" | "afterStep">;

/**
 * Groups that are written ahead of the updates, so that no update waits for the slowest check: complete groups alone,
 * the oldest first. What arrival decides is kept as data before it is acted on, and done again where it is there.
 */
export class WrittenAhead implements JudgedGroups {
  private readonly open: OpenGroup[] = [];
  private readonly batches = new Map<number, WrittenBatch>();
  private readonly plans = new Map<number, StepPlan>();
  private underWay: UnderWay | undefined;
  private restored = false;
  private failure: Error | undefined;

  constructor(
    private readonly setting: PolicySetting,
    private readonly options: WrittenAheadOptions,
  ) {}

  async take(step: number): Promise<TakenGroups> {
    if (!this.restored) await this.restore();
    const { checks, rule, signal } = this.options;
    const dropped: GroupPlace[] = [];
    const seconds = { rollout: 0, waiting: 0 };
    const timed = async (kind: keyof typeof seconds, work: () => Promise<void>): Promise<void> => {
      const began = checks.now();
      await work();
      seconds[kind] += checks.now() - began;
    };
    for (;;) {
      signal?.throwIfAborted();
      if (this.failure !== undefined) throw this.failure;
      const move = nextMove(this.stateBefore(step, dropped), rule);
      if (move.kind === "take") return this.taken(move.plan, seconds);
      if (move.kind === "wait") await timed("waiting", () => this.wait(step));
      else if (move.kind === "write") await timed("rollout", () => this.write(move.batch, step - 1));
      else {
        dropped.push(...move.groups.map(({ batch, place }) => ({ batch, place })));
        this.remove(move.groups);
      }
    }
  }

  async learnt(tokens: number): Promise<void> {
    await this.options.checks.spent("update", tokens);
    // The weights that wrote it are gone with the next checkpoint.
    await this.settle();
  }

  now(): number {
    return this.options.checks.now();
  }

  stop(): void {
    this.underWay?.stop.abort(new Error("the run has ended"));
    this.options.checks.stop();
  }

  private stateBefore(step: number, dropped: readonly GroupPlace[]): Parameters<typeof nextMove>[0] {
    const { underWay } = this;
    const batches = [...this.batches.values()];
    const written = this.open.map(({ batch, place, afterStep, scored }): OpenPlace => ({
      batch,
      place,
      afterStep,
      judged: scored !== null,
    }));
    const coming = Array.from({ length: underWay?.groups ?? 0 }, (_, place): OpenPlace => ({
      batch: underWay!.batch,
      place,
      afterStep: underWay!.afterStep,
      judged: false,
    }));
    return {
      step,
      open: [...written, ...coming],
      plan: this.plans.get(step),
      due: batches.filter(({ batch, afterStep, gap }) => gap === null && afterStep < step && batch !== underWay?.batch),
      // A run that was synchronous before has had the batches of its steps.
      nextBatch: Math.max(step - 1, ...batches.map(({ batch }) => batch)) + 1,
      dropped,
    };
  }

  private async wait(step: number): Promise<void> {
    const { checks, signal } = this.options;
    const { underWay } = this;
    const plan = this.plans.get(step);
    const isWanted = plan?.groups.some(({ batch }) => batch === underWay?.batch) ?? this.open.length === 0;
    if (underWay !== undefined && isWanted) return this.settle();
    const missing = this.plans.get(step)?.groups.find((group) => this.find(group) === undefined);
    if (missing !== undefined)
      throw new RunError(
        `Expected the group ${placeName(missing)} that step ${step} is to learn from, found none; the run's schedule is of another run, or damaged.`,
      );
    await checks.wait(signal);
  }

  private taken(plan: StepPlan, seconds: { readonly rollout: number; readonly waiting: number }): TakenGroups {
    const { step, groups, dropped } = plan;
    if (!this.plans.has(step)) {
      this.options.book.keepPlan(plan);
      this.plans.set(step, plan);
    }
    const taken = groups.map((place) => this.find(place)!);
    this.remove([...groups, ...dropped]);
    const lags = taken.map(({ afterStep }) => step - 1 - afterStep);
    const scored = taken.map((group) => group.scored!);
    const metrics: Omit<AheadMetrics, "kl"> = {
      lag: mean(lags),
      largestLag: Math.max(...lags),
      open: this.openBehind(step) + (this.underWay?.groups ?? 0),
      dropped: dropped.length,
      droppedInAll: sumOf([...this.plans.values()], (one) => (one.step > step ? 0 : one.dropped.length)),
      late: scored.flatMap(({ rollouts }) => rollouts).filter(({ verdict }) => cameLate(verdict)).length,
      busy: this.options.checks.busyShare(),
    };
    const gaps = taken.flatMap(({ batch }) => this.batches.get(batch)?.gap ?? []);
    const gap = {
      samplerGap: Math.max(0, ...gaps.map((one) => one.mean)),
      samplerGapMax: Math.max(0, ...gaps.map((one) => one.max)),
    };
    return {
      groups: scored,
      rolloutSeconds: seconds.rollout,
      rewardSeconds: seconds.waiting,
      ahead: { metrics, gap },
    };
  }

  /**
   * Groups that are open behind a step. One that is made again knows of more: what later weights wrote, and what later
   * steps gave up, which are left out and counted.
   */
  private openBehind(step: number): number {
    const later = [...this.plans.values()].filter((plan) => plan.step > step).flatMap(({ dropped }) => dropped);
    const isWritten = ({ batch }: GroupPlace): boolean => (this.batches.get(batch)?.afterStep ?? step) < step;
    return new Set([...this.open, ...later].filter(isWritten).map(placeName)).size;
  }

  /** Writes a batch by the policy as it is, looks whether the trainer sees it alike, and has it judged. */
  private async write(batch: number, afterStep: number): Promise<void> {
    const { setting, options } = this;
    const { policy } = setting;
    await this.settle();
    const problems = await drawBatch(setting, batch);
    const stop = new AbortController();
    const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
    const isElsewhere = options.rule.inOrder && policy.samplesElsewhere === true;
    const { parameters } = await policy.state();
    const weights = isElsewhere ? parameters.slice() : parameters;
    const sampled = sampleFromPolicy(setting, problems, batchKey(setting.options.seed, batch), signal);
    this.underWay = { batch, afterStep, weights, sampled, groups: problems.length, stop };
    if (!isElsewhere) return this.settle();
    // Told by whoever waits for it.
    sampled.catch(() => undefined);
    // What is to be written is known before what is learnt from meanwhile: a run that is killed writes it again.
    const due = { batch, afterStep, gap: null };
    options.book.keepBatch(due, []);
    this.batches.set(batch, due);
  }

  /** Waits for the batch under way, and has it judged. */
  private async settle(): Promise<void> {
    const { underWay } = this;
    if (underWay === undefined) return;
    const { batch, afterStep, weights } = underWay;
    const { book, checks } = this.options;
    let sampled: Awaited<UnderWay["sampled"]>;
    try {
      sampled = await underWay.sampled;
    } finally {
      this.underWay = undefined;
    }
    const written = {
      batch,
      afterStep,
      gap: await measureGap(this.setting.policy, sampled, this.setting.options, weights),
    };
    book.keepBatch(
      written,
      sampled.map((group) => group.map((rollout) => notScored(rollout, batch))),
    );
    this.batches.set(batch, written);
    await checks.spent(
      "sampling",
      sumOf(sampled.flat(), ({ tokens }) => tokens.length),
    );
    for (const [place, rollouts] of sampled.entries()) this.add({ batch, place, afterStep }, rollouts);
  }

  private add(at: GroupPlace & Pick<OpenGroup, "afterStep">, rollouts: readonly Rollout[]): void {
    const group: OpenGroup = { ...at, scored: null, check: undefined };
    this.open.push(group);
    group.check = this.options.checks.begin(rollouts, async (judged) => {
      try {
        if (judged instanceof Error) throw judged;
        await this.score(group, judged);
      } catch (error) {
        this.failure ??= error as Error;
      }
    });
  }

  private async score(group: OpenGroup, judged: readonly JudgedRollout[]): Promise<void> {
    const { setting, options } = this;
    const partsOf = await setting.rewards(judged, group.afterStep + 1);
    const scored = await rewardGroup(setting, partsOf, judged);
    if (!this.open.includes(group)) return;
    options.book.keepJudged(
      group,
      scored.rollouts.map(({ reward }) => reward),
    );
    group.scored = scored;
  }

  /** Goes on from what the book has. */
  private async restore(): Promise<void> {
    const { book } = this.options;
    for (const batch of book.batches()) this.batches.set(batch.batch, batch);
    for (const plan of book.plans()) this.plans.set(plan.step, plan);
    let drawn: { readonly batch: number; readonly problems: readonly Problem[] } = { batch: 0, problems: [] };
    for (const kept of book.groups()) {
      if (drawn.batch !== kept.batch)
        drawn = { batch: kept.batch, problems: await drawBatch(this.setting, kept.batch) };
      await this.restoreGroup(kept, drawn.problems[kept.place]);
    }
    this.restored = true;
  }

  private async restoreGroup(kept: KeptGroup, problem: Problem | undefined): Promise<void> {
    const { judge, algorithm } = this.setting;
    const { batch, place, rollouts, judged } = kept;
    const written = this.batches.get(batch);
    if (written === undefined || rollouts.some(({ problemId }) => problemId !== problem?.id))
      throw new RunError(
        `Expected the group ${placeName(kept)} to be of the problem that its run draws there, got another; the task's problems have changed, or the run is damaged.`,
      );
    const at = { batch, place, afterStep: written.afterStep };
    const again = rollouts.map(({ rollout, prompt }): Rollout => ({ ...rollout, problem: problem!, prompt }));
    if (!judged) return this.add(at, again);
    const rewards = rollouts.map(({ reward }) => reward);
    const known = again.map((rollout, i) => judgedAs(judge.task, rollout, rewards[i]!.verdict));
    const scored = await scoreGroup(problem!, known, () => Promise.resolve(rewards), algorithm.withinGroup);
    this.open.push({ ...at, scored, check: undefined });
  }

  private find(place: GroupPlace): OpenGroup | undefined {
    return this.open.find((group) => group.batch === place.batch && group.place === place.place);
  }

  private remove(places: readonly GroupPlace[]): void {
    for (const place of places) {
      const group = this.find(place);
      if (group === undefined) continue;
      group.check?.cancel();
      this.open.splice(this.open.indexOf(group), 1);
    }
  }
}

/** A rollout as the book keeps it before it is judged. */
function notScored(rollout: Rollout, batch: number): ReturnType<typeof storedRollout> {
  const verdict = { kind: "unverifiable", reason: "not judged" } as const;
  const reward = { total: null, breakdown: {}, verdict };
  return storedRollout({ ...rollout, reward, advantage: null }, batch);
}
