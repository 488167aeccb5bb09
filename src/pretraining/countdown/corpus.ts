import { COMPACT_FORMS, compactContext } from "../../prompts/index.ts";
import type { RandomStream } from "../../random.ts";
import { NUMBER_WORDS } from "../../tasks/arithmetic-step.ts";
import type { Problem } from "../../records/problem.ts";
import type { CorpusDocument, CorpusStatistic, GateRule, Probe, TaskCorpus } from "../task-corpus.ts";
import { candidateText, type Candidate } from "../../tasks/countdown/candidate.ts";
import { REMARKS } from "../../tasks/countdown/remarks.ts";
import { COUNTDOWN_CORPORA, type CountdownCorpusOptions } from "./corpus-options.ts";
import { describeCountdownCorpus } from "./describe-corpus.ts";
import type { CountdownData, CountdownProblems } from "../../tasks/countdown/problems.ts";
import { stepsText, writeTry, type WrittenTry } from "../../tasks/countdown/trace.ts";

export const COUNTDOWN_VOCABULARY: readonly string[] = [
  ...NUMBER_WORDS,
  ..."+ - * = , ( ) make yes no".split(" "),
  ...REMARKS,
];

const GATE: readonly GateRule[] = [
  {
    kind: "hit",
    atLeast: 0.97,
    meaning: "a hit is recognised: the probability of `yes` after a result that equals the target",
  },
  {
    kind: "miss",
    atMost: 0.06,
    meaning: "a miss is recognised: the probability of `yes` after a result that does not",
  },
  {
    kind: "arithmetic",
    atLeast: 0.94,
    meaning: "the arithmetic inside a trace is right: the probability of the right result",
  },
];

/** How one document came about, for statistics. */
export interface TraceFacts {
  readonly kind: "direct" | "short" | "long";
  readonly right: boolean;
  readonly tries: number;
  readonly remarks: number;
  readonly slips: number;
  readonly falseYes: boolean;
}

export interface CountdownDocument extends CorpusDocument {
  readonly facts: TraceFacts;
}

/** Makes the synthetic traces of a level. */
export class CountdownCorpus implements TaskCorpus {
  readonly vocabulary: readonly string[] = COUNTDOWN_VOCABULARY;
  readonly variants: readonly string[] = Object.keys(COUNTDOWN_CORPORA);
  readonly gate: readonly GateRule[] = GATE;

  /** @param changes what this level's corpora have otherwise, for every variant */
  constructor(
    private readonly problems: CountdownProblems,
    private readonly changes: Partial<CountdownCorpusOptions> = {},
  ) {}

  document(variant: string, random: RandomStream): CountdownDocument {
    const options = this.optionsOf(variant);
    if (options.mostExamples > 0) return this.behindExamples(options, random);
    const problem = random.pick(this.problems.problems("corpus"));
    return this.written(problem, drawKind(options, random), options, random);
  }

  /** A document behind examples is learnt whole: each of its completions is one more to learn from. */
  lossOnPrompts(variant: string): boolean {
    return this.optionsOf(variant).mostExamples > 0;
  }

  private optionsOf(variant: string): CountdownCorpusOptions {
    return { ...COUNTDOWN_CORPORA[variant]!, ...this.changes };
  }

  /**
   * All completions of a document are of one kind and its questions of one form, as those of one page by one writer:
   * what stands before tells how to go on (Xie et al. 2022, arXiv:2111.02080).
   */
  private behindExamples(options: CountdownCorpusOptions, random: RandomStream): CountdownDocument {
    const kind = drawKind(options, random);
    const { template } = random.pick(COMPACT_FORMS);
    const problems = this.problems.problems("corpus");
    const examples = Array.from({ length: random.integer(options.mostExamples + 1) }, () =>
      this.written(random.pick(problems), kind, options, random),
    );
    const last = this.written(random.pick(problems), kind, options, random);
    return { ...last, prompt: compactContext(examples, template, last.problem) };
  }

  private written(
    problem: Problem<CountdownData>,
    kind: TraceFacts["kind"],
    options: CountdownCorpusOptions,
    random: RandomStream,
  ): CountdownDocument {
    return kind === "direct" ? this.guess(problem, options, random) : this.think(problem, kind, options, random);
  }

  private guess(
    problem: Problem<CountdownData>,
    options: CountdownCorpusOptions,
    random: RandomStream,
  ): CountdownDocument {
    const { target } = problem.data;
    const right = random.next() < options.directRight;
    const candidates = this.problems
      .candidates(problem.data)
      .filter((candidate) => (candidate.value === target) === right);
    // Where every candidate hits, a guess can't be wrong.
    const pool = candidates.length > 0 ? candidates : this.problems.candidates(problem.data);
    const chosen = writeTry(drawNear(pool, target, options.nearness, random), random, 0);
    const completion = `<answer> ${candidateText(chosen.steps)} </answer>`;
    return {
      problem,
      completion,
      facts: { kind: "direct", right: chosen.value === target, tries: 0, remarks: 0, slips: 0, falseYes: false },
    };
  }

  private think(
    problem: Problem<CountdownData>,
    kind: "short" | "long",
    options: CountdownCorpusOptions,
    random: RandomStream,
  ): CountdownDocument {
    const { target } = problem.data;
    const givesUp = kind === "short" ? options.shortGivesUp : options.longGivesUp;
    const most = kind === "short" ? options.shortTries : options.longTries;
    const untried = new Map(this.problems.candidates(problem.data).map((candidate) => [candidate.key, candidate]));
    const parts: string[] = [];
    const facts = { tries: 0, remarks: 0, slips: 0, falseYes: false };
    let remark = false;
    let last: WrittenTry | undefined;
    for (;;) {
      last = writeTry(
        drawNext([...untried.values()], { target, previous: remark ? last : undefined }, options, random),
        random,
        options.slips,
      );
      untried.delete(last.key);
      facts.tries++;
      facts.slips += last.slipped ? 1 : 0;
      const hit = last.value === target;
      facts.falseYes = !hit && random.next() < options.falseYes;
      parts.push(stepsText(last.steps), hit || facts.falseYes ? "yes" : "no");
      if (hit || facts.falseYes || facts.tries === most || untried.size === 0 || random.next() < givesUp) break;
      remark = random.next() < options.remarks;
      if (remark) parts.push(random.pick(REMARKS));
      facts.remarks += remark ? 1 : 0;
    }
    const completion = `<think> ${parts.join(" ")} </think> <answer> ${candidateText(last.steps)} </answer>`;
    return { problem, completion, facts: { kind, right: last.value === target && !last.slipped, ...facts } };
  }

  probe(random: RandomStream): Probe {
    const problem = random.pick(this.problems.problems("corpus"));
    const { target } = problem.data;
    const kind = random.pick(["hit", "miss", "arithmetic"]);
    const candidates = this.problems.candidates(problem.data);
    const misses = candidates.filter((candidate) => candidate.value !== target);
    const wanted = kind === "hit" ? candidates.filter((candidate) => candidate.value === target) : misses;
    if (wanted.length === 0) return this.probe(random);
    const chosen = drawNear(wanted, target, 20, random);
    const before = random
      .shuffle(misses.filter((candidate) => candidate.key !== chosen.key))
      .slice(0, random.integer(5));
    const start = [
      "<think>",
      ...before.map((candidate) => `${stepsText(writeTry(candidate, random, 0).steps)} no`),
    ].join(" ");
    const { steps } = writeTry(chosen, random, 0);
    if (kind !== "arithmetic") return { kind, problem, prefix: `${start} ${stepsText(steps)}`, tokens: ["yes"] };
    const known = steps.slice(0, 1 + random.integer(steps.length));
    const text = stepsText(known);
    return {
      kind,
      problem,
      prefix: `${start} ${text.slice(0, text.lastIndexOf("=") + 1)}`,
      tokens: [String(known.at(-1)!.value)],
    };
  }

  describe(variant: string, documents: number): readonly CorpusStatistic[] {
    return describeCountdownCorpus(this, variant, documents, 0);
  }
}

function drawKind({ direct, short, long }: CountdownCorpusOptions, random: RandomStream): TraceFacts["kind"] {
  return (["direct", "short", "long"] as const)[random.weighted([direct, short, long])]!;
}

function drawNear(candidates: readonly Candidate[], target: number, nearness: number, random: RandomStream): Candidate {
  return candidates[
    random.weighted(candidates.map((candidate) => Math.exp(-Math.abs(candidate.value - target) / nearness)))
  ]!;
}

/** The next candidate of a trace; after a remark on `previous` one from the target's other side is likelier. */
function drawNext(
  candidates: readonly Candidate[],
  { target, previous }: { readonly target: number; readonly previous: WrittenTry | undefined },
  options: CountdownCorpusOptions,
  random: RandomStream,
): Candidate {
  if (previous === undefined) return drawNear(candidates, target, options.nearness, random);
  const wantsMore = previous.value < target;
  const weights = candidates.map(({ value }) => {
    const near = Math.exp(-Math.abs(value - target) / options.remarkNearness);
    const otherSide = value === target || (wantsMore ? value > previous.value : value < previous.value);
    return near * (otherSide ? options.otherSide : 1);
  });
  return candidates[random.weighted(weights)]!;
}
