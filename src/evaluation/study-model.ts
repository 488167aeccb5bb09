import { corpusOf } from "../pretraining/corpora.ts";
import { OptionError } from "../errors.ts";
import { compactTemplates, textTemplates, type NamedTemplate, type WorkedExample } from "../prompts/index.ts";
import { RandomStream, randomKey, splitKey } from "../random.ts";
import type { Problem } from "../records/problem.ts";
import { loadSubject, withSubject, type Subject } from "./open-subject.ts";
import type { Judge } from "../judging/judge.ts";
import { chooseProblems, type EvaluateModelContext } from "./evaluate-model.ts";
import { resolveEvaluateOptions, type EvaluateModelOptions, type MeasuringOptions } from "./evaluate-options.ts";
import { studyTemplates, type TemplateStudy } from "./template-study.ts";

/** As for an evaluation; of problems those of a split are asked, not a single one. */
export interface StudyModelOptions extends Omit<EvaluateModelOptions, "problem"> {
  /** Templates of one's own, beside the set. */
  readonly own?: readonly NamedTemplate[];
}

/** Words that a worked example may have at most: it must leave room for thinking. */
const EXAMPLE_WORDS = 32;

/** A model, or the trained model of a run, under the set of templates that fits it. */
export async function studyModel(
  options: StudyModelOptions,
  context: EvaluateModelContext = {},
): Promise<TemplateStudy> {
  const { own = [], ...given } = options;
  const resolved = resolveEvaluateOptions(given);
  const loaded = await loadSubject(options.model, options);
  const asked = { ...resolved, limit: options.maxCompletionTokens, own };
  return withSubject(loaded, resolved, context, (subject) => studySubject(subject, asked, context));
}

/** What a study was asked. */
interface StudyAsked extends MeasuringOptions {
  readonly own: readonly NamedTemplate[];
  /** Where completions are cut, where that was said. */
  readonly limit: number | undefined;
}

async function studySubject(
  subject: Subject,
  { seed, samples, temperature, limit, own, ...asked }: StudyAsked,
  context: EvaluateModelContext,
): Promise<TemplateStudy> {
  const { policy, judge, task } = subject;
  const { tokenizer, config } = subject.checkpoint;
  const problems = chooseProblems(task, asked);
  const examples = await workedExamples(judge, seed);
  const set =
    subject.templateName === "compact" ? compactTemplates(examples, task.translateQuestion) : textTemplates(examples);
  const templates = [...set, ...own].map((named): NamedTemplate => ({
    ...named,
    template: named.kind === "training" ? subject.template : (problem) => subject.frame(named.template(problem)),
  }));
  // The same limit for all, such that worked examples fit too.
  const longest = Math.max(
    ...templates.flatMap(({ template }) =>
      problems.slice(0, 1).map((problem) => lengthOf(template(problem), tokenizer.encode.bind(tokenizer))),
    ),
  );
  const room = config.maxPositions - longest - 2;
  const maxCompletionTokens = limit ?? Math.min(200, room);
  if (maxCompletionTokens < 1)
    throw new OptionError(
      `Expected prompts to leave room in the model's ${config.maxPositions} positions, got prompts of ${longest} tokens.`,
    );
  return studyTemplates(policy, tokenizer, templates, {
    judge,
    problems,
    samples,
    temperature,
    maxCompletionTokens,
    key: splitKey(randomKey(seed), "templates"),
    version: 0,
    ...context,
  });
}

/** A prompt that the tokenizer can't read has no length; the study says why. */
function lengthOf(prompt: string, encode: (text: string) => readonly number[]): number {
  try {
    return encode(prompt).length;
  } catch {
    return 0;
  }
}

/** Right, short completions of problems of the corpus split, which nothing else asks. */
async function workedExamples(judge: Judge, seed: number): Promise<WorkedExample[]> {
  const { task } = judge;
  const corpus = corpusOf(task);
  if (corpus === undefined) return [];
  const random = new RandomStream(splitKey(randomKey(seed), "worked examples"));
  const reasoning = new Set(task.problems("corpus").map(({ id }: Problem) => id));
  const examples: WorkedExample[] = [];
  for (let drawn = 0; drawn < 5000 && examples.length < 3; drawn++) {
    const { problem, completion } = corpus.document("default", random);
    const answer = /^<think> .* <\/think> <answer> (.*) <\/answer>$/.exec(completion)?.[1];
    if (answer === undefined || completion.split(" ").length > EXAMPLE_WORDS || !reasoning.has(problem.id)) continue;
    const [judged] = await judge.judge([{ problem, prompt: "", text: completion, stop: "end" }]);
    if (judged?.verdict.kind === "right") examples.push({ problem, completion });
  }
  return examples;
}
