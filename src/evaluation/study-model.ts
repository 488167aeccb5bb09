import { OptionError } from "../errors.ts";
import { compactTemplates, textTemplates, type NamedTemplate, type WorkedExample } from "../prompts/index.ts";
import { RandomStream, randomKey, splitKey } from "../random.ts";
import { loadTask, type Problem, type Task } from "../tasks/index.ts";
import { Policy } from "../policy/local/policy.ts";
import { openModel } from "./open-model.ts";
import { createTaskJudge } from "../judging/task-judge.ts";
import { studyTemplates, type TemplateStudy } from "./template-study.ts";

export interface StudyModelOptions {
  readonly model: string;
  readonly task?: string;
  /** Problems of the held-out split; all where absent. */
  readonly problems?: number;
  readonly samples?: number;
  readonly seed?: number;
  readonly temperature?: number;
  readonly maxCompletionTokens?: number;
  readonly workers?: number;
  /** How the first row's problems are put: a name or a text with `{question}`. */
  readonly template?: string;
  /** Templates of one's own, beside the set. */
  readonly own?: readonly NamedTemplate[];
}

/** Words that a worked example may have at most: it must leave room for thinking. */
const EXAMPLE_WORDS = 32;

/** A model, or the trained model of a run, under the set of templates that fits it. */
export async function studyModel(
  options: StudyModelOptions,
  context: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<TemplateStudy> {
  const opened = await openModel(options.model, options.template, options.task);
  const taskName = options.task ?? opened.task ?? "countdown";
  const task = await loadTask(taskName);
  const seed = options.seed ?? 1;
  const workers = options.workers ?? 2;
  const all = task.problems("heldOut");
  const problems = options.problems === undefined || options.problems === 0 ? all : all.slice(0, options.problems);
  const { config, parameters, tokenizer } = opened.checkpoint;
  const examples = await workedExamples(task, seed);
  const set =
    opened.templateName === "compact" ? compactTemplates(examples, task.translateQuestion) : textTemplates(examples);
  const templates = [...set, ...(options.own ?? [])].map((named): NamedTemplate => ({
    ...named,
    template: named.kind === "training" ? opened.template : (problem) => opened.frame(named.template(problem)),
  }));
  const judge = createTaskJudge(taskName, task.verify, 10);
  const policy = await Policy.start({ config, parameters }, { workers, tokenBudget: 1024 });
  try {
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
    return await studyTemplates(policy, tokenizer, templates, {
      task,
      judge: judge.judge,
      problems,
      samples: options.samples ?? 4,
      temperature: options.temperature ?? 1,
      maxCompletionTokens,
      key: splitKey(randomKey(seed), "templates"),
      policyStep: 0,
      ...context,
    });
  } finally {
    await judge.stop();
    await policy.stop();
  }
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
async function workedExamples(task: Task, seed: number): Promise<WorkedExample[]> {
  if (task.corpus === undefined) return [];
  const random = new RandomStream(splitKey(randomKey(seed), "worked examples"));
  const reasoning = new Set(task.problems("corpus").map(({ id }: Problem) => id));
  const examples: WorkedExample[] = [];
  for (let drawn = 0; drawn < 5000 && examples.length < 2; drawn++) {
    const { problem, completion } = task.corpus.document("default", random);
    const answer = /^<think> .* <\/think> <answer> (.*) <\/answer>$/.exec(completion)?.[1];
    if (answer === undefined || completion.split(" ").length > EXAMPLE_WORDS || !reasoning.has(problem.id)) continue;
    if ((await task.verify(problem, answer)).kind === "right") examples.push({ problem, completion });
  }
  return examples;
}
