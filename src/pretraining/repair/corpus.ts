import type { RandomStream } from "../../random.ts";
import { percentOf } from "../../text/format.ts";
import { mutationsOf } from "../../tasks/repair/mutations.ts";
import { compactSource, type RepairData } from "../../tasks/repair/problems.ts";
import { REPAIR_REMARKS } from "../../tasks/repair/repair.ts";
import { findTask } from "../../tasks/index.ts";
import { SPLITS, type Problem } from "../../records/problem.ts";
import { drawDocuments, meanText, rightShare, wordsOf } from "../corpus-statistics.ts";
import type { CorpusDocument, CorpusStatistic, GateRule, Probe, TaskCorpus } from "../task-corpus.ts";

/** What the synthetic traces are like. */
interface RepairCorpusOptions {
  /** Share of documents about a mutation, as RL and tests ask for; the others are about a slip. */
  readonly mutated: number;
  /** Share of documents that answer without thinking. */
  readonly direct: number;
  /** Share of edits that are right, at the first try and after one that was taken back. */
  readonly right: number;
  readonly laterRight: number;
  /** Share of wrong edits of the wrong line; the others change a right line. */
  readonly sameLine: number;
  readonly givesUp: number;
  readonly tries: number;
  /** Share of wrong edits that are called right. */
  readonly falseYes: number;
  readonly remarks: number;
}

const DEFAULT: RepairCorpusOptions = {
  mutated: 0.5,
  direct: 0.25,
  right: 0.35,
  laterRight: 0.35,
  sameLine: 0.5,
  givesUp: 0.4,
  tries: 4,
  falseYes: 0.02,
  remarks: 0.35,
};

/** `no-retries` is the control: no document ever tries a second time. */
const VARIANTS: Readonly<Record<string, RepairCorpusOptions>> = {
  default: DEFAULT,
  "no-retries": { ...DEFAULT, givesUp: 1, tries: 1 },
};

const GATE: readonly GateRule[] = [
  { kind: "hit", atLeast: 0.8, meaning: "a right edit is recognised: the probability of `yes` after it" },
  { kind: "miss", atMost: 0.2, meaning: "a wrong edit is recognised: the probability of `yes` after it" },
  { kind: "line", atLeast: 0.8, meaning: "a line is known: the probability of its second word after its first" },
];

interface RepairDocument extends CorpusDocument {
  readonly facts: { readonly right: boolean; readonly tries: number };
}

interface WrittenEdit {
  readonly text: string;
  readonly right: boolean;
}

/** Makes traces of edits: some right, some wrong, and of those some taken back. */
export class RepairCorpus implements TaskCorpus {
  readonly variants: readonly string[] = Object.keys(VARIANTS);
  readonly gate: readonly GateRule[] = GATE;
  readonly vocabulary: readonly string[];
  private readonly mutated: readonly Problem<RepairData>[];
  private readonly slipped: readonly Problem<RepairData>[];
  private readonly mutations = new Map<string, ReadonlyMap<string, readonly string[]>>();

  constructor() {
    const task = findTask("repair");
    const problems = task.problems("corpus") as Problem<RepairData>[];
    this.mutated = problems.filter(({ data }) => !data.slip);
    this.slipped = problems.filter(({ data }) => data.slip);
    const words = new Set(["=>", "yes", "no", ...REPAIR_REMARKS]);
    for (const split of SPLITS) {
      for (const { data } of task.problems(split) as readonly Problem<RepairData>[]) {
        for (const text of [data.source, data.right]) {
          for (const word of compactSource(text).split(" ")) words.add(word);
        }
      }
    }
    // The words of the template have their place in every vocabulary.
    words.delete(":");
    this.vocabulary = [...words].sort();
  }

  /** What stands in the questions is worth knowing by heart. */
  lossOnPrompts(): boolean {
    return true;
  }

  document(variant: string, random: RandomStream): RepairDocument {
    const options = VARIANTS[variant]!;
    const problem = this.problem(options, random);
    if (random.next() < options.direct) {
      const edit = this.edit(problem, random.next() < options.right, options, random);
      return { problem, completion: `<answer> ${edit.text} </answer>`, facts: { right: edit.right, tries: 0 } };
    }
    const parts: string[] = [];
    for (let tries = 1; ; tries++) {
      const wanted = random.next() < (tries === 1 ? options.right : options.laterRight);
      const edit = this.edit(problem, wanted, options, random);
      const accepted = edit.right || random.next() < options.falseYes;
      parts.push(edit.text, accepted ? "yes" : "no");
      if (accepted || tries === options.tries || random.next() < options.givesUp) {
        const completion = `<think> ${parts.join(" ")} </think> <answer> ${edit.text} </answer>`;
        return { problem, completion, facts: { right: edit.right, tries } };
      }
      if (random.next() < options.remarks) parts.push(random.pick(REPAIR_REMARKS));
    }
  }

  probe(random: RandomStream): Probe {
    const problem = this.problem(DEFAULT, random);
    const kind = random.pick(["hit", "miss", "line"]);
    const { text } = this.edit(problem, kind !== "miss", DEFAULT, random);
    if (kind !== "line") return { kind, problem, prefix: `<think> ${text}`, tokens: ["yes"] };
    const words = text.split(" ");
    // Of a line that is right, so that its rest is known: the word after the first of the new line.
    return { kind, problem, prefix: `<think> ${words.slice(0, 3).join(" ")}`, tokens: words.slice(3, 4) };
  }

  describe(variant: string, documents: number): readonly CorpusStatistic[] {
    const drawn = drawDocuments(this, variant, documents, 0);
    const thinking = drawn.filter(({ facts }) => facts.tries > 0);
    return [
      { label: "right answers", value: rightShare(drawn) },
      { label: "documents that think", value: percentOf(thinking.length, drawn.length) },
      { label: "mean tries where it thinks", value: meanText(thinking.map(({ facts }) => facts.tries)) },
      { label: "mean words", value: meanText(drawn.map(wordsOf)) },
      {
        label: "documents that reject a try and try again",
        value: percentOf(drawn.filter(({ facts }) => facts.tries > 1).length, drawn.length),
      },
    ];
  }

  private problem({ mutated }: RepairCorpusOptions, random: RandomStream): Problem<RepairData> {
    return random.pick(random.next() < mutated ? this.mutated : this.slipped);
  }

  private edit(
    { data }: Problem<RepairData>,
    right: boolean,
    { sameLine }: RepairCorpusOptions,
    random: RandomStream,
  ): WrittenEdit {
    const lines = data.source.split("\n").map((line) => line.trim());
    const rights = data.right.split("\n").map((line) => line.trim());
    const bug = lines.findIndex((line, place) => line !== rights[place]);
    if (right) return { text: `L${bug} => ${rights[bug]!}`, right: true };
    const mutations = this.mutationsOfSource(data.source);
    const others = [...mutations.keys()].filter((line) => line !== lines[bug] && standsOnce(lines, line));
    const chosen = others.length === 0 || random.next() < sameLine ? lines[bug]! : random.pick(others);
    const wrongs = (mutations.get(chosen) ?? []).filter((by) => by !== rights[bug]);
    return wrongs.length === 0
      ? { text: `L${bug} => ${rights[bug]!}`, right: true }
      : { text: `L${lines.indexOf(chosen)} => ${random.pick(wrongs)}`, right: false };
  }

  /** What each line of a source could be put as instead. */
  private mutationsOfSource(source: string): ReadonlyMap<string, readonly string[]> {
    let known = this.mutations.get(source);
    if (known === undefined) {
      const byLine = new Map<string, string[]>();
      for (const { right, wrong } of mutationsOf(source)) {
        // Some operators of a mutation stand in no function.
        if (!wrong.split(" ").every((word) => this.known(word))) continue;
        byLine.set(right, [...(byLine.get(right) ?? []), wrong]);
      }
      this.mutations.set(source, (known = byLine));
    }
    return known;
  }

  private words: ReadonlySet<string> | undefined;

  private known(word: string): boolean {
    this.words ??= new Set([...this.vocabulary, ":"]);
    return this.words.has(word);
  }
}

function standsOnce(lines: readonly string[], line: string): boolean {
  return lines.indexOf(line) === lines.lastIndexOf(line);
}
