import { corpusOf } from "../pretraining/corpora.ts";
import { OptionError } from "../errors.ts";
import { compactTemplates, textTemplates, type NamedTemplate, type WorkedExample } from "../prompts/index.ts";
import { RandomStream, randomKey, splitKey } from "../random.ts";
import type { Problem } from "../records/problem.ts";
import { loadSubject, withSubject, type AskedBy, type Subject } from "./open-subject.ts";
import type { Judge } from "../judging/judge.ts";
import type { JudgingOptions } from "../judging/judging-options.ts";
import type { EvaluateModelContext } from "./evaluate-model.ts";
import { studyTemplates, type TemplateStudy } from "./template-study.ts";

export interface StudyModelOptions extends AskedBy, Partial<JudgingOptions> {
  readonly model: string;
  /** Problems of the held-out split; all where absent. */
  readonly problems?: number;
  readonly samples?: number;
  readonly seed?: number;
  readonly temperature?: number;
  readonly maxCompletionTokens?: number;
  readonly workers?: number;
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
  const loaded = await loadSubject(options.model, options);
  return withSubject(loaded, { workers: 2, ...options }, context, (subject) => studySubject(subject, options, context));
}

async function studySubject(
  subject: Subject,
  options: StudyModelOptions,
  context: EvaluateModelContext,
): Promise<TemplateStudy> {
  const { policy, judge, task } = subject;
  const { tokenizer, config } = subject.checkpoint;
  const seed = options.seed ?? 1;
  const all = task.problems("heldOut");
  const problems = options.problems === undefined || options.problems === 0 ? all : all.slice(0, options.problems);
  const examples = await workedExamples(judge, seed);
  const set =
    subject.templateName === "compact" ? compactTemplates(examples, task.translateQuestion) : textTemplates(examples);
  const templates = [...set, ...(options.own ?? [])].map((named): NamedTemplate => ({
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
  const maxCompletionTokens = options.maxCompletionTokens ?? Math.min(200, room);
  if (maxCompletionTokens < 1)
    throw new OptionError(
      `Expected prompts to leave room in the model's ${config.maxPositions} positions, got prompts of ${longest} tokens.`,
    );
  return studyTemplates(policy, tokenizer, templates, {
    judge,
    problems,
    samples: options.samples ?? 4,
    temperature: options.temperature ?? 1,
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
  for (let drawn = 0; drawn < 5000 && examples.length < 2; drawn++) {
    const { problem, completion } = corpus.document("default", random);
    const answer = /^<think> .* <\/think> <answer> (.*) <\/answer>$/.exec(completion)?.[1];
    if (answer === undefined || completion.split(" ").length > EXAMPLE_WORDS || !reasoning.has(problem.id)) continue;
    const [judged] = await judge.judge([{ problem, prompt: "", text: completion, stop: "end" }]);
    if (judged?.verdict.kind === "right") examples.push({ problem, completion });
  }
  return examples;
}
