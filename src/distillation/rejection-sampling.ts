import { join } from "node:path";
import { OptionError, show } from "../errors.ts";
import { fittingProblems } from "../asking/prompt-room.ts";
import { loadSubject, type LoadedSubject } from "../evaluation/open-subject.ts";
import type { Judge } from "../judging/judge.ts";
import { checkJudged } from "../judging/nothing-judged.ts";
import { sum, sumOf } from "../numbers/sum.ts";
import { completionAfter } from "../prompts/index.ts";
import { RandomStream, randomKey, splitKey } from "../random.ts";
import { languageConsistency } from "../rewards/index.ts";
import type { Task } from "../tasks/index.ts";
import { pickData } from "../data/open-data-task.ts";
import { problemSet } from "../data/problem-set.ts";
import type { TrainingExample } from "../data/training-example.ts";
import { weightsSha256 } from "../training/zero-setting.ts";
import {
  addDropped,
  DROP_REASONS,
  droppedText,
  filterCompletions,
  type DropReason,
  type Filtered,
  type TeacherCompletion,
  type UnjudgedCompletion,
} from "./filter-completions.ts";
import { askCandidates, rewriteByEndpoint } from "./ask-candidates.ts";
import { resolveRejectionOptions, type RejectionOptions } from "./rejection-options.ts";
import { judgeCandidates, sampleCandidates, type SampleContext } from "./sample-candidates.ts";
import { writeDataset, type DatasetFacts } from "./write-dataset.ts";

export interface RejectionSummary {
  readonly folder: string;
  readonly examples: number;
  readonly sampled: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Tokens that the teacher wrote. */
  readonly sampledTokens: number;
}

/** What one data set is made with: where, by which model, for the task of which judge. */
interface Distillation {
  /** Of the data set; what was sampled is kept in one of a like name beside it. */
  readonly folder: string;
  readonly teacher: LoadedSubject;
  readonly judge: Judge;
  readonly options: RejectionOptions;
}

/**
 * Rejection sampling into a data set: k completions a problem, kept by the rules, at most n a problem; a card says what
 * was dropped and why. R1, arXiv:2501.12948, sections 2.3.1 (with `rewrite` and `most`: the cold start) and 2.3.3.
 *
 * @throws OptionError where nothing is left, saying how many each rule dropped; TaskError where nothing could be judged
 */
export async function rejectionSample(
  folder: string,
  partial: Partial<RejectionOptions> & Pick<RejectionOptions, "model">,
  context: SampleContext = {},
): Promise<RejectionSummary> {
  const options = resolveRejectionOptions(partial);
  const teacher = await loadSubject(options.model, { task: options.task, ...pickData(options) });
  return judgeCandidates(teacher, context, (judge) => distillDataset({ folder, teacher, judge, options }, context));
}

async function distillDataset(distillation: Distillation, context: SampleContext): Promise<RejectionSummary> {
  const { folder, judge, options } = distillation;
  const sampled = await sampleTeacher(distillation, context);
  checkJudged(judge.task.name, sampled);
  const { completions, dropped: before } = await readable(distillation, sampled, context);
  const { kept, dropped } = keepByRules(distillation, completions, before);
  const examples = [...chosenExamples(kept, options), ...generalExamples(distillation)];
  await writeDataset(folder, examples, datasetFacts(distillation, sampled.length, dropped));
  return {
    folder,
    examples: examples.length,
    sampled: sampled.length,
    dropped,
    sampledTokens: sumOf(sampled, ({ length }) => length),
  };
}

/** The teacher's completions, judged: a model's own, or those of the model behind an endpoint. */
async function sampleTeacher(
  { folder, teacher, judge, options }: Distillation,
  context: SampleContext,
): Promise<TeacherCompletion[]> {
  const all = problemSet(judge.task, "train");
  const count = options.problems > 0 ? Math.min(all.length, options.problems) : all.length;
  const asked = await Promise.all(Array.from({ length: count }, (_, index) => all.at(index)));
  const { dropLong, maxCompletionTokens } = options;
  const room = { dropLong, completion: maxCompletionTokens };
  const problems = fittingProblems(teacher.checkpoint, teacher.template, asked, room);
  const sampling = { ...options, problems, journal: join(`${folder}.samples`, "samples.jsonl") };
  return options.endpoint === ""
    ? sampleCandidates(teacher, judge, sampling, context)
    : askCandidates(teacher, judge, sampling, context);
}

/**
 * The completions in their readable form, where they are to be written anew, verified again: rewriting must not turn
 * wrong into right or right into wrong unseen. An editor is asked only for what the rules would keep but for language
 * and repetition, which it is there to mend.
 */
async function readable(
  { folder, teacher, judge, options }: Distillation,
  sampled: readonly TeacherCompletion[],
  context: SampleContext,
): Promise<{ readonly completions: readonly TeacherCompletion[]; readonly dropped?: Filtered["dropped"] }> {
  if (!options.rewrite) return { completions: sampled };
  if (options.editor === "") {
    const written = sampled.map((completion) => rewritten(judge.task, completion));
    return { completions: await judge.judge(written, context.signal) };
  }
  const { kept, dropped } = filterCompletions(sampled, { ...options, mostRepeats: Number.POSITIVE_INFINITY });
  const editor = {
    endpoint: options.editor,
    endpointModel: options.editorModel,
    maxCompletionTokens: options.maxCompletionTokens,
    journal: join(`${folder}.samples`, "rewrites.jsonl"),
  };
  return { completions: await rewriteByEndpoint({ student: teacher, judge }, kept, editor, context), dropped };
}

function rewritten(task: Task, completion: UnjudgedCompletion): UnjudgedCompletion {
  if (task.rewrite === undefined) return completion;
  const { problem, prompt, text } = completion;
  return { ...completion, text: completionAfter(prompt, task.rewrite(problem, text)) };
}

const ADVICE: Partial<Readonly<Record<DropReason, string>>> = {
  wrong: "Use a better model or easier problems, and see whether the answer stands where it is looked for.",
  unverifiable: "See why the task's verifier declines.",
  truncated: "Raise `maxCompletionTokens`, or use a model that ends its answers; one that gives no text counts as cut.",
  malformed: "Use a model that shows its thinking, between <think> tags or in a field of its own, before the answer.",
};

/** What helps against the rule that drops most. */
function adviceOn(dropped: Filtered["dropped"]): string {
  const [most] = DROP_REASONS.toSorted((a, b) => dropped[b] - dropped[a]);
  return ADVICE[most!] ?? "Loosen the rule that drops most, or use a better model.";
}

/** Characters of a dropped completion that a message shows. */
const SHOWN = 300;

/** @throws OptionError where the rules keep nothing */
function keepByRules(
  { options }: Distillation,
  completions: readonly TeacherCompletion[],
  before: Filtered["dropped"] | undefined,
): Filtered {
  const { kept, dropped: last } = filterCompletions(completions, {
    ...options,
    ...(options.language ? { consistency: languageConsistency } : {}),
  });
  const dropped = before === undefined ? last : addDropped(before, last);
  const [first] = completions;
  if (kept.length === 0 && first !== undefined)
    throw new OptionError(
      `Expected some of ${sum(Object.values(dropped))} completions to be kept, got none: dropped ${droppedText(dropped)}. ${adviceOn(dropped)} For example, to ${show(first.problem.question)} came ${show(first.text.slice(0, SHOWN))}.`,
    );
  return { kept, dropped };
}

/** What was kept as examples, drawn at random where there are more than are wanted. */
function chosenExamples(
  kept: readonly TeacherCompletion[],
  { most, seed }: RejectionOptions,
): readonly TrainingExample[] {
  const random = new RandomStream(splitKey(randomKey(seed), "chosen examples"));
  const chosen = most > 0 ? random.shuffle(kept).slice(0, most) : kept;
  return chosen.map(({ problem, prompt, text }) => ({ prompt, completion: text, problemId: problem.id }));
}

/** Demonstrations of general prompts. @throws OptionError for a task that has none */
function generalExamples({ judge: { task }, teacher, options }: Distillation): readonly TrainingExample[] {
  if (options.general === 0) return [];
  const { general } = task;
  if (general === undefined)
    throw new OptionError(
      `Expected the task ${task.name} to have general prompts, as \`general\` is ${options.general}; it has none. Leave the option out.`,
    );
  return general
    .problems("train")
    .slice(0, options.general)
    .map((problem) => ({
      prompt: teacher.template(problem),
      completion: general.demonstration(problem),
      problemId: problem.id,
    }));
}

/** What the data set's card says. */
function datasetFacts(
  { teacher, judge, options }: Distillation,
  sampled: number,
  dropped: Filtered["dropped"],
): DatasetFacts {
  const all = problemSet(judge.task, "train").length;
  const editor = options.editor === "" ? "the task's own function" : `${options.editorModel} at ${options.editor}`;
  return {
    title: options.rewrite ? "Cold start" : "Rejection sampling",
    source:
      options.endpoint === ""
        ? `${options.model} (weights ${weightsSha256(teacher.checkpoint).slice(0, 12)})`
        : `${options.endpointModel} at ${options.endpoint}`,
    task: options.task === "" ? judge.task.name : options.task,
    sampling: {
      problems: options.problems > 0 ? Math.min(all, options.problems) : all,
      samples: options.samples,
      temperature: options.temperature,
      "most tokens": options.maxCompletionTokens,
      seed: options.seed,
    },
    sampled,
    dropped,
    rewritten: options.rewrite ? `by ${editor}, then verified again` : "none",
  };
}
