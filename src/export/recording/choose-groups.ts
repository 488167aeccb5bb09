import { AhaFinder, correctsItself, rolloutSpans } from "../../emergence/index.ts";
import { recordedLength } from "../../numbers/recorded-length.ts";
import { spreadPlaces } from "../../numbers/spread.ts";
import { parseCompletion } from "../../prompts/parse-completion.ts";
import type { StoredRollout } from "../../records/rollout.ts";
import type { RunTask } from "../../store/index.ts";
import type { RecordedCompletion, RecordedGroup } from "./recording.ts";

/** Cuts a completion into its tokens: one piece a token; null where they don't give this text. */
export type CutIntoPieces = (tokens: readonly number[], text: string) => readonly string[] | null;

/** Completions of a group that are kept. */
const MOST_COMPLETIONS = 8;
/** UTF-16 units of a text that are kept. */
const MOST_TEXT = 3000;
const MOST_PROMPT = 2000;
const MOST_NAME = 500;

export interface GroupChoiceOptions {
  readonly task: RunTask | null;
  /** Null where the run's tokenizer can't be read. */
  readonly cutIntoPieces: CutIntoPieces | null;
  /** Of the run, from 1. */
  readonly steps: number;
}

interface Candidate {
  readonly telling: number;
  readonly rollouts: readonly StoredRollout[];
  /** By sample: where its problem was answered wrong before an aha moment. */
  readonly wrongAt: ReadonlyMap<number, number>;
}

/** Stretches of a run, each of which gives its most telling groups; the first and the last step are their own. */
const STRETCHES = 10;
/** Groups that each stretch gives at most, the most telling first. */
const GROUPS_A_STRETCH = 2;

/** The groups of a run that tell most, spread over it; rollouts are told it in the order in which they are stored. */
export class GroupChoice {
  private readonly best = new Map<number, Candidate[]>();
  private readonly finder: AhaFinder;
  private open: StoredRollout[] = [];
  private openMoments = new Map<number, number>();

  constructor(private readonly options: GroupChoiceOptions) {
    this.finder = new AhaFinder(options.task?.attempts ?? null);
  }

  add(rollout: StoredRollout): void {
    const first = this.open[0];
    if (first !== undefined && (first.step !== rollout.step || first.problemIndex !== rollout.problemIndex))
      this.close();
    this.open.push(rollout);
    const before = this.finder.size;
    this.finder.add([rollout]);
    if (this.finder.size > before) this.openMoments.set(rollout.rollout.sample, this.finder.moments.at(-1)!.wrongAt);
  }

  /** @returns the groups in order of their steps: second ones of a stretch where there is room for all of them */
  chosen(most: number): RecordedGroup[] {
    this.close();
    const stretches = [...this.best.entries()].sort(([a], [b]) => a - b).map(([, candidates]) => candidates);
    const all = stretches.flat();
    const kept =
      all.length <= most
        ? all
        : withEnds(
            stretches.flatMap(([best]) => best ?? []),
            most,
          );
    return kept
      .map((candidate) => this.recorded(candidate))
      .sort((a, b) => a.step - b.step || a.problemIndex - b.problemIndex);
  }

  private close(): void {
    const [first] = this.open;
    if (first !== undefined) {
      const candidate = {
        telling: this.telling(),
        rollouts: this.open,
        wrongAt: this.openMoments,
      };
      const stretch = this.stretchOf(first.step);
      const others = this.best.get(stretch) ?? [];
      // Stable: of two that tell as much the earlier stays first.
      const sorted = [...others, candidate].sort((a, b) => b.telling - a.telling);
      this.best.set(stretch, sorted.slice(0, GROUPS_A_STRETCH));
    }
    this.open = [];
    this.openMoments = new Map();
  }

  private stretchOf(step: number): number {
    const { steps } = this.options;
    if (step <= 1) return -1;
    if (step >= steps) return STRETCHES;
    return Math.floor(((step - 2) * STRETCHES) / Math.max(1, steps - 2));
  }

  /** Aha moments, then groups that hold a right correction, then any with signal, rather half right than nearly all. */
  private telling(): number {
    const right = this.open.filter(({ reward }) => reward.verdict.kind === "right");
    const share = right.length / this.open.length;
    const signal = this.open.some(({ advantage }) => advantage !== null && advantage !== 0);
    const corrects = signal && right.some((rollout) => this.corrects(rollout));
    const evenness = 1 - Math.abs(2 * share - 1);
    return (this.openMoments.size > 0 && signal ? 4 : 0) + (corrects ? 2 : 0) + (signal ? 1 : 0) + evenness / 2;
  }

  private corrects({ problemId, prompt, rollout }: StoredRollout): boolean {
    const { thinking } = parseCompletion(rollout.text, prompt);
    return correctsItself(this.options.task?.attempts?.(thinking ?? "", problemId) ?? [], rollout.stop);
  }

  private recorded({ rollouts, wrongAt }: Candidate): RecordedGroup {
    const [first] = rollouts as readonly [StoredRollout, ...StoredRollout[]];
    const others = rollouts.filter(({ rollout }) => !wrongAt.has(rollout.sample));
    const moments = rollouts.filter(({ rollout }) => wrongAt.has(rollout.sample)).slice(0, MOST_COMPLETIONS);
    const kept = [...moments, ...others.slice(0, MOST_COMPLETIONS - moments.length)];
    return {
      step: first.step,
      problemIndex: first.problemIndex ?? 0,
      problemId: first.problemId.slice(0, MOST_NAME),
      prompt: first.prompt.slice(0, MOST_PROMPT),
      size: rollouts.length,
      right: rollouts.filter(({ reward }) => reward.verdict.kind === "right").length,
      completions: kept
        .sort((a, b) => a.rollout.sample - b.rollout.sample)
        .map((rollout) => this.completion(rollout, wrongAt.get(rollout.rollout.sample) ?? null)),
    };
  }

  private completion(stored: StoredRollout, wrongAt: number | null): RecordedCompletion {
    const { rollout, reward, advantage } = stored;
    const text = rollout.text.slice(0, MOST_TEXT);
    const cut = text.length < rollout.text.length;
    const pieces = cut ? null : (this.options.cutIntoPieces?.(rollout.tokens, rollout.text) ?? null);
    const scored = pieces !== null && pieces.length === rollout.logprobs.length;
    const spans = rolloutSpans(stored, this.options.task ?? {}).filter(({ to }) => to <= text.length);
    return {
      sample: rollout.sample,
      text,
      cut,
      pieceLengths: scored ? pieces.map((piece) => piece.length) : null,
      logprobs: scored ? rollout.logprobs.map((value) => Number(value.toFixed(2))) : [],
      length: recordedLength(rollout.tokens.length, rollout.stop),
      stop: rollout.stop,
      verdict: reward.verdict.kind,
      reward: reward.total === null ? null : rounded(reward.total, 5),
      advantage: advantage === null ? null : rounded(advantage, 5),
      spans: spans.map(({ from, to, kind }) => ({ from, to, kind })),
      wrongAt,
    };
  }
}

/** A number with so many digits; a whole one as it is. */
export function rounded(value: number, digits: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(digits));
}

/** Some of the rows, evenly, the first and the last among them. */
export function withEnds<Row>(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most) return rows;
  if (most < 2) return rows.slice(0, most);
  return [...spreadPlaces(rows.length - 1, most - 1).map((place) => rows[place]!), rows.at(-1)!];
}
