import { AhaFinder, correctsItself, type AhaMoment } from "../../../emergence/index.ts";
import { parseCompletion } from "../../../prompts/index.ts";
import type { RolloutPlace, RunStore, RunTask, ScannedRollout } from "../../../store/index.ts";
import { histogram, histogramEdges } from "../../../numbers/histogram.ts";
import type { Distribution, RolloutFilter, RolloutLine } from "../../api.ts";
import { filterRows } from "./filter-rows.ts";
import { GrowingColumns } from "./growing-columns.ts";
import { JoinedTexts } from "./joined-texts.ts";

const ROWS_A_PAGE = 500;
const EXCERPT_CHARACTERS = 300;
const BINS = 20;
/**
 * Bytes of text that are kept in memory, some 3 million short completions; what comes after them is searched in the
 * store.
 */
const TEXT_BUDGET = 768 * 2 ** 20;
/** Before everything. */
const START: RolloutPlace = { step: -1, problemIndex: -1, sample: -1 };

/** A problem with the steps at which it was sampled. */
export interface IndexedProblem {
  readonly id: string;
  readonly difficulty: number;
  readonly steps: number[];
  /** Mean score at each of them of the completions that could be judged; null where none could. */
  readonly right: (number | null)[];
  /** The first rollout of it. */
  readonly first: RolloutPlace;
}

/**
 * The rollouts of a run, to be searched in memory. They are read once, page by page, and what a running run adds is
 * read on. Steps that a resumed run has done again are noticed and read again.
 */
export class RolloutIndex {
  private readonly columns = new GrowingColumns();
  private readonly texts = new JoinedTexts();
  private readonly problems = new Map<string, number>();
  private readonly problemIds: string[] = [];
  /** The metrics of the steps that were read, to notice one that was done again. */
  private readonly marks = new Map<number, string | null>();
  private readonly finder: AhaFinder;
  private dataVersion = -1;

  /** @param task counts the tries of a completion; without it nothing is known to correct itself */
  constructor(
    private readonly store: RunStore,
    private readonly task: RunTask | null,
    private readonly textBudget: number = TEXT_BUDGET,
  ) {
    this.finder = new AhaFinder(task?.attempts ?? null);
  }

  get rows(): number {
    return this.columns.rows;
  }
  get textBytes(): number {
    return this.texts.bytes;
  }

  /**
   * Reads on for about so many milliseconds.
   *
   * @returns whether there was nothing left to read
   * @throws RunError where the run is damaged
   */
  advance(milliseconds: number): boolean {
    const until = performance.now() + milliseconds;
    const dataVersion = this.store.dataVersion();
    if (dataVersion === this.dataVersion) return true;
    this.forgetRepeated();
    do {
      const page = this.store.scanRollouts(this.last(), ROWS_A_PAGE);
      for (const rollout of page) this.push(rollout);
      if (page.length < ROWS_A_PAGE) {
        this.dataVersion = dataVersion;
        return true;
      }
    } while (performance.now() < until);
    return false;
  }

  /** The places of the rollouts that fit, in order: step, problem index and sample of each, one after the other. */
  places(filter: RolloutFilter): Int32Array {
    const { step, problemIndex, sample } = this.columns;
    const rows = filterRows(this.searched(), filter);
    const places = new Int32Array(rows.length * 3);
    rows.forEach((row, i) => places.set([step[row]!, problemIndex[row]!, sample[row]!], i * 3));
    return places;
  }

  /** A page of the rollouts that fit. */
  page(filter: RolloutFilter & { readonly offset: number; readonly limit: number }): {
    readonly lines: readonly RolloutLine[];
    readonly total: number;
  } {
    const rows = filterRows(this.searched(), filter);
    return {
      lines: Array.from(rows.subarray(filter.offset, filter.offset + filter.limit), (row) => this.line(row)),
      total: rows.length,
    };
  }

  /** Rewards, advantages and lengths of a step's rollouts beside those of the first step, by the same edges. */
  distributions(step: number): Distribution[] {
    const { columns } = this;
    const first = columns.rows === 0 ? 0 : columns.step[0]!;
    const of = (column: Float64Array | Int32Array, at: number): number[] =>
      Array.from(column.subarray(columns.firstOf(at), columns.firstOf(at + 1)));
    return (["reward", "advantage", "length"] as const).map((name) => {
      const known = (value: number): boolean => name !== "length" || value >= 0;
      const [before, now] = [of(columns[name], first).filter(known), of(columns[name], step).filter(known)];
      const edges = histogramEdges([...before, ...now], BINS);
      return { name, edges, first: histogram(before, edges).counts, now: histogram(now, edges).counts };
    });
  }

  /** Every problem in the order in which they came, with its visits. */
  listProblems(): IndexedProblem[] {
    const { columns } = this;
    const problems = this.problemIds.map((): IndexedProblem & { sums: number[]; judged: number[] } => ({
      id: "",
      difficulty: 0,
      steps: [],
      right: [],
      sums: [],
      judged: [],
      first: START,
    }));
    for (let row = 0; row < columns.rows; row++) {
      const number = columns.problem[row]!;
      let problem = problems[number]!;
      if (problem.steps.length === 0) {
        problem = {
          ...problem,
          id: this.problemIds[number]!,
          difficulty: columns.difficulty[row]!,
          first: this.placeOf(row),
        };
        problems[number] = problem;
      }
      if (problem.steps.at(-1) !== columns.step[row]) {
        problem.steps.push(columns.step[row]!);
        problem.sums.push(0);
        problem.judged.push(0);
      }
      const visit = problem.steps.length - 1;
      const score = columns.score[row]!;
      if (Number.isNaN(score)) continue;
      problem.sums[visit]! += score;
      problem.judged[visit]!++;
    }
    return problems
      .filter(({ steps }) => steps.length > 0)
      .map(({ sums, judged, ...problem }) => ({
        ...problem,
        right: sums.map((sum, visit) => (judged[visit] === 0 ? null : sum / judged[visit]!)),
      }));
  }

  /**
   * The aha moments in the rollouts that were read. A resumed run does its steps again to the same bytes, so what was
   * found in them stays.
   */
  listAhaMoments(): readonly AhaMoment[] {
    const last = this.last().step;
    return this.finder.moments.filter(({ step }) => step <= last);
  }

  private searched(): Parameters<typeof filterRows>[0] {
    return {
      columns: this.columns,
      search: (text, from, to, found) => this.search(text, from, to, found),
      problemNumber: (id) => this.problems.get(id),
    };
  }

  private push(rollout: ScannedRollout): void {
    const { step, problemIndex, problemId, sample, difficulty, verdict, stop, reward, advantage, length, promptEnd } =
      rollout;
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(rollout.text);
    if (!this.marks.has(step)) this.marks.set(step, this.store.stepJson(step));
    this.columns.push({
      step,
      problemIndex,
      sample,
      problem: this.numberOf(problemId),
      difficulty,
      verdict,
      stop,
      reward,
      advantage,
      length,
      corrected: this.isCorrected(rollout, text),
    });
    this.finder.add([
      {
        step,
        problemIndex,
        problemId,
        prompt: promptEnd,
        difficulty,
        rollout: { text, sample, stop },
        reward: { verdict },
      },
    ]);
    // Once one is left out all after it are, so that the texts in memory are those of the first rows.
    if (this.texts.rows === this.rows - 1 && this.texts.bytes < this.textBudget) this.texts.push(rollout.text);
  }

  private search(text: string, from: number, to: number, found: (row: number) => void): void {
    this.texts.search(text, from, to, found);
    const wanted = text.toLowerCase();
    let row = Math.max(from, this.texts.rows);
    while (row < to) {
      const page = this.store.scanRollouts(row === 0 ? START : this.placeOf(row - 1), Math.min(ROWS_A_PAGE, to - row));
      for (const rollout of page) {
        if (new TextDecoder("utf-8", { ignoreBOM: true }).decode(rollout.text).toLowerCase().includes(wanted))
          found(row);
        row++;
      }
      if (page.length === 0) return;
    }
  }

  private numberOf(id: string): number {
    const known = this.problems.get(id);
    if (known !== undefined) return known;
    this.problems.set(id, this.problemIds.length);
    return this.problemIds.push(id) - 1;
  }

  private isCorrected({ promptEnd, problemId, stop }: ScannedRollout, text: string): boolean {
    if (this.task?.attempts === undefined) return false;
    return correctsItself(this.task.attempts(parseCompletion(text, promptEnd).thinking ?? "", problemId), stop);
  }

  /** Steps are deleted from the end only: from the last one that is still the same on, all are read anew. */
  private forgetRepeated(): void {
    const steps = [...this.marks.keys()];
    const same = steps.findLastIndex((step) => this.store.stepJson(step) === this.marks.get(step));
    if (same === steps.length - 1) return;
    const first = steps[same + 1]!;
    const rows = this.columns.firstOf(first);
    this.columns.truncate(rows);
    this.texts.truncate(rows);
    for (const step of steps.slice(same + 1)) this.marks.delete(step);
  }

  private last(): RolloutPlace {
    return this.rows === 0 ? START : this.placeOf(this.rows - 1);
  }

  private placeOf(row: number): RolloutPlace {
    const { step, problemIndex, sample } = this.columns;
    return { step: step[row]!, problemIndex: problemIndex[row]!, sample: sample[row]! };
  }

  private line(row: number): RolloutLine {
    const { columns } = this;
    const scored = (value: number): number | null => (Number.isNaN(value) ? null : value);
    const place = this.placeOf(row);
    return {
      ...place,
      problemId: this.problemIds[columns.problem[row]!]!,
      difficulty: columns.difficulty[row]!,
      stop: columns.stop(row),
      verdict: columns.verdict(row),
      reward: scored(columns.reward[row]!),
      advantage: scored(columns.advantage[row]!),
      length: columns.length[row]! < 0 ? null : columns.length[row]!,
      excerpt: excerptOf(this.store.completionStart(place, EXCERPT_CHARACTERS * 4) ?? ""),
    };
  }
}

/** Cut between characters. */
function excerptOf(text: string): string {
  const excerpt = text.slice(0, EXCERPT_CHARACTERS);
  return /[\ud800-\udbff]$/.test(excerpt) ? excerpt.slice(0, -1) : excerpt;
}
