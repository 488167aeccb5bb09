import { firstAtLeast } from "../../../numbers/first-at-least.ts";
import { STOP_REASONS, type StopReason } from "../../../records/rollout.ts";
import { VERDICT_KINDS, type Verdict, type VerdictKind } from "../../../records/verdict.ts";
import { verdictScore } from "../../../verifiers/verdict-score.ts";

/** A column that grows by doubling; `Type` is a typed array. */
type Column = Int32Array | Float64Array | Uint8Array;

const FIRST_ROWS = 4096;
const VERDICT_BITS = 3;
const STOP_SHIFT = 2;
const STOP_BITS = 7;
const CORRECTED = 32;

/** A row to add. `null` stands for what wasn't scored. */
export interface IndexedRow {
  readonly step: number;
  readonly problemIndex: number;
  readonly sample: number;
  readonly problem: number;
  readonly difficulty: number;
  readonly verdict: Verdict;
  readonly stop: StopReason;
  readonly corrected: boolean;
  readonly reward: number | null;
  readonly advantage: number | null;
  /** Null where it wasn't recorded. */
  readonly length: number | null;
}

/**
 * What is known of every rollout, a typed array a field: 65 bytes a rollout. Rows come in the order of step, problem
 * and sample.
 */
export class GrowingColumns {
  rows = 0;
  step: Int32Array = new Int32Array(FIRST_ROWS);
  problemIndex: Int32Array = new Int32Array(FIRST_ROWS);
  sample: Int32Array = new Int32Array(FIRST_ROWS);
  /** The number of its problem. */
  problem: Int32Array = new Int32Array(FIRST_ROWS);
  /** -1 where it wasn't recorded. */
  length: Int32Array = new Int32Array(FIRST_ROWS);
  /** NaN where it wasn't scored; so is `advantage`. */
  reward: Float64Array = new Float64Array(FIRST_ROWS);
  advantage: Float64Array = new Float64Array(FIRST_ROWS);
  difficulty: Float64Array = new Float64Array(FIRST_ROWS);
  /** Of its verdict, from 0 to 1; NaN where it could not be judged. */
  score: Float64Array = new Float64Array(FIRST_ROWS);
  private flags: Uint8Array = new Uint8Array(FIRST_ROWS);

  push(row: IndexedRow): void {
    if (this.rows === this.step.length) this.grow();
    const at = this.rows++;
    this.step[at] = row.step;
    this.problemIndex[at] = row.problemIndex;
    this.sample[at] = row.sample;
    this.problem[at] = row.problem;
    this.length[at] = row.length ?? -1;
    this.reward[at] = row.reward ?? NaN;
    this.advantage[at] = row.advantage ?? NaN;
    this.difficulty[at] = row.difficulty;
    this.score[at] = verdictScore(row.verdict) ?? NaN;
    this.flags[at] =
      VERDICT_KINDS.indexOf(row.verdict.kind) |
      (STOP_REASONS.indexOf(row.stop) << STOP_SHIFT) |
      (row.corrected ? CORRECTED : 0);
  }

  verdict(row: number): VerdictKind {
    return VERDICT_KINDS[this.flags[row]! & VERDICT_BITS]!;
  }
  stop(row: number): StopReason {
    return STOP_REASONS[(this.flags[row]! >> STOP_SHIFT) & STOP_BITS]!;
  }
  isCorrected(row: number): boolean {
    return (this.flags[row]! & CORRECTED) !== 0;
  }

  /** The first row of a step, or where it would be. */
  firstOf(step: number): number {
    return firstAtLeast(this.step, step, this.rows);
  }

  /** Forgets the rows from one on. */
  truncate(rows: number): void {
    this.rows = Math.min(this.rows, rows);
  }

  private grow(): void {
    const size = this.step.length * 2;
    const grown = <C extends Column>(old: C, next: C): C => {
      next.set(old);
      return next;
    };
    this.step = grown(this.step, new Int32Array(size));
    this.problemIndex = grown(this.problemIndex, new Int32Array(size));
    this.sample = grown(this.sample, new Int32Array(size));
    this.problem = grown(this.problem, new Int32Array(size));
    this.length = grown(this.length, new Int32Array(size));
    this.reward = grown(this.reward, new Float64Array(size));
    this.advantage = grown(this.advantage, new Float64Array(size));
    this.difficulty = grown(this.difficulty, new Float64Array(size));
    this.score = grown(this.score, new Float64Array(size));
    this.flags = grown(this.flags, new Uint8Array(size));
  }
}
