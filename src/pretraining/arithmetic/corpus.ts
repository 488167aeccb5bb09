import type { RandomStream } from "../../random.ts";
import { LARGEST_VALUE, NUMBER_WORDS, slipFrom } from "../../tasks/arithmetic-step.ts";
import type { Problem } from "../../records/problem.ts";
import type { CorpusDocument, CorpusStatistic, GateRule, Probe, TaskCorpus } from "../task-corpus.ts";
import { ARITHMETIC_CORPORA, type ArithmeticCorpusOptions } from "./corpus-options.ts";
import { describeArithmeticCorpus } from "./describe-corpus.ts";
import { reduce, reductionsText, type Reduction } from "../../tasks/arithmetic/expression.ts";
import type { ArithmeticData } from "../../tasks/arithmetic/problems.ts";

const GATE: readonly GateRule[] = [
  { kind: "hit", atLeast: 0.9, meaning: "a pass without a slip is recognised: the probability of `yes` after it" },
  { kind: "miss", atMost: 0.2, meaning: "a slip is recognised: the probability of `yes` after a pass with one" },
  {
    kind: "arithmetic",
    atLeast: 0.8,
    meaning:
      "the arithmetic inside a trace is mostly right: the probability of the right result (its corpus slips on purpose)",
  },
];

/** How one document came about, for statistics. */
export interface ArithmeticFacts {
  readonly kind: "direct" | "stepwise";
  readonly right: boolean;
  readonly passes: number;
  /** Passes with a slip in them, and how many of those were called right. */
  readonly slippedPasses: number;
  readonly falseYes: number;
  readonly falseNo: number;
}

export interface ArithmeticDocument extends CorpusDocument {
  readonly facts: ArithmeticFacts;
}

/** Makes the synthetic traces: guesses, and passes of steps with a verdict after each. */
export class ArithmeticCorpus implements TaskCorpus {
  readonly vocabulary: readonly string[] = [...NUMBER_WORDS, ..."+ - * = , yes no".split(" ")];
  readonly variants: readonly string[] = Object.keys(ARITHMETIC_CORPORA);
  readonly gate: readonly GateRule[] = GATE;

  /** @param problems those of the `corpus` split */
  constructor(private readonly problems: readonly Problem<ArithmeticData>[]) {}

  document(variant: string, random: RandomStream): ArithmeticDocument {
    const options = ARITHMETIC_CORPORA[variant]!;
    const problem = random.pick(this.problems);
    return random.next() < options.direct ? guess(problem, options, random) : workOut(problem, options, random);
  }

  probe(random: RandomStream): Probe {
    const problem = random.pick(this.problems);
    const kind = random.pick(["hit", "miss", "arithmetic"]);
    const honest = writePass(problem.data, 0, random);
    const slipped = writeSlippedPass(problem.data, random);
    const earlier = random.integer(3) === 0 ? [reductionsText(slipped), "no"] : [];
    const start = ["<think>", ...earlier].join(" ");
    if (kind === "hit") return { kind, problem, prefix: `${start} ${reductionsText(honest)}`, tokens: ["yes"] };
    if (kind === "miss")
      return {
        kind,
        problem,
        prefix: `${start} ${reductionsText(writeSlippedPass(problem.data, random))}`,
        tokens: ["yes"],
      };
    const known = honest.slice(0, 1 + random.integer(honest.length));
    const text = reductionsText(known);
    return {
      kind,
      problem,
      prefix: `${start} ${text.slice(0, text.lastIndexOf("=") + 1)}`,
      tokens: [String(known.at(-1)!.value)],
    };
  }

  describe(variant: string, documents: number): readonly CorpusStatistic[] {
    return describeArithmeticCorpus(this, variant, documents, 0);
  }
}

function guess(
  problem: Problem<ArithmeticData>,
  options: ArithmeticCorpusOptions,
  random: RandomStream,
): ArithmeticDocument {
  const exact = problem.data.value;
  const value = random.next() < options.directRight ? exact : wrongGuess(exact, options.guessSpread, random);
  return {
    problem,
    completion: `<answer> ${value} </answer>`,
    facts: { kind: "direct", right: value === exact, passes: 0, slippedPasses: 0, falseYes: 0, falseNo: 0 },
  };
}

function wrongGuess(exact: number, spread: number, random: RandomStream): number {
  const near = Array.from({ length: LARGEST_VALUE + 1 }, (_, value) => value).filter(
    (value) => value !== exact && Math.abs(value - exact) <= spread,
  );
  return random.pick(near);
}

function workOut(
  problem: Problem<ArithmeticData>,
  options: ArithmeticCorpusOptions,
  random: RandomStream,
): ArithmeticDocument {
  const parts: string[] = [];
  const facts = { passes: 0, slippedPasses: 0, falseYes: 0, falseNo: 0 };
  for (;;) {
    const pass = writePass(problem.data, options.slips, random);
    const slipped = hasSlip(pass, problem.data);
    const mistaken = random.next() < (slipped ? options.falseYes : options.falseNo);
    const sure = slipped === mistaken;
    facts.passes++;
    facts.slippedPasses += slipped ? 1 : 0;
    facts.falseYes += slipped && mistaken ? 1 : 0;
    facts.falseNo += !slipped && mistaken ? 1 : 0;
    parts.push(reductionsText(pass), sure ? "yes" : "no");
    if (!sure && facts.passes < options.passes && random.next() >= options.givesUp) continue;
    const answer = pass.at(-1)!.value;
    const completion = `<think> ${parts.join(" ")} </think> <answer> ${answer} </answer>`;
    return { problem, completion, facts: { kind: "stepwise", right: answer === problem.data.value, ...facts } };
  }
}

/**
 * A pass over the expression, each result wrong with chance `slips`; where that leads out of the writable numbers, an
 * honest one.
 */
function writePass(data: ArithmeticData, slips: number, random: RandomStream): readonly Reduction[] {
  return reduce(data, (exact) => (random.next() < slips ? slipFrom(exact, random) : exact)) ?? reduce(data)!;
}

/** A pass with exactly one slip. */
function writeSlippedPass(data: ArithmeticData, random: RandomStream): readonly Reduction[] {
  for (;;) {
    const place = random.integer(data.operations.length);
    let step = 0;
    const pass = reduce(data, (exact) => (step++ === place ? slipFrom(exact, random) : exact));
    if (pass !== undefined) return pass;
  }
}

function hasSlip(pass: readonly Reduction[], data: ArithmeticData): boolean {
  const exact = reduce(data)!;
  return pass.some(({ value }, step) => value !== exact[step]!.value);
}
