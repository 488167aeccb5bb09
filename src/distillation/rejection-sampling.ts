import { sum, sumOf } from "../numbers/sum.ts";
import { join } from "node:path";
import { integerOption, numberOption, OptionError } from "../errors.ts";
import { openModel, type OpenedModel } from "../evaluation/open-model.ts";
import { completionAfter } from "../prompts/index.ts";
import { RandomStream, randomKey, splitKey } from "../random.ts";
import { languageConsistency } from "../rewards/index.ts";
import type { Problem } from "../records/problem.ts";
import { loadTask, type Task } from "../tasks/index.ts";
import type { TrainingExample } from "../data/training-example.ts";
import { weightsSha256 } from "../training/zero-setting.ts";
import {
  addDropped,
  droppedText,
  filterCompletions,
  type TeacherCompletion,
  type DropReason,
  type Filtered,
} from "./filter-completions.ts";
import { askCandidates, rewriteByEndpoint } from "./ask-candidates.ts";
import { judgeText, sampleCandidates, type SampleContext } from "./sample-candidates.ts";
import { writeDataset } from "./write-dataset.ts";

/** Everything that decides a data set made by rejection sampling. */
export interface RejectionOptions {
  /** A model's folder or a run's: the teacher. */
  readonly model: string;
  readonly task: string;
  /** Problems of the training split; 0 for all. */
  readonly problems: number;
  readonly samples: number;
  readonly temperature: number;
  readonly maxCompletionTokens: number;
  readonly longestTokens: number;
  readonly mostRepeats: number;
  readonly perProblem: number;
  /** Most examples in all, drawn at random; 0 for no limit. A cold start has few. */
  readonly most: number;
  /** Completions whose thinking leaves the question's language are dropped. */
  readonly language: boolean;
  /** Completions are first written anew in a readable form: by the task's own function, or by the editor. */
  readonly rewrite: boolean;
  /** An OpenAI-compatible endpoint whose model writes the completions anew, in place of the task's function; empty for none. */
  readonly editor: string;
  /** The model's name there. */
  readonly editorModel: string;
  /** Demonstrations of general prompts that are added. */
  readonly general: number;
  readonly seed: number;
  readonly workers: number;
  /** An OpenAI-compatible endpoint that is the teacher in place of `model`, whose tokenizer and template are then used; empty for none. */
  readonly endpoint: string;
  /** The model's name at the endpoint. */
  readonly endpointModel: string;
}

export const REJECTION_DEFAULTS: Omit<RejectionOptions, "model"> = {
  task: "countdown",
  problems: 0,
  samples: 4,
  temperature: 1,
  maxCompletionTokens: 256,
  longestTokens: 256,
  mostRepeats: 2,
  perProblem: 4,
  most: 0,
  language: true,
  rewrite: false,
  editor: "",
  editorModel: "",
  general: 0,
  seed: 1,
  workers: 2,
  endpoint: "",
  endpointModel: "",
};

export interface RejectionSummary {
  readonly folder: string;
  readonly examples: number;
  readonly sampled: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Tokens that the teacher wrote. */
  readonly sampledTokens: number;
}

/** @throws OptionError naming the option, what was expected and what came */
export function resolveRejectionOptions(
  options: Partial<RejectionOptions> & Pick<RejectionOptions, "model">,
): RejectionOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved = { ...REJECTION_DEFAULTS, ...given } as RejectionOptions;
  for (const name of [
    "samples",
    "maxCompletionTokens",
    "longestTokens",
    "mostRepeats",
    "perProblem",
    "workers",
  ] as const)
    integerOption(name, resolved[name], 1);
  for (const name of ["problems", "most", "general", "seed"] as const) integerOption(name, resolved[name], 0);
  numberOption("temperature", resolved.temperature, 0.01, 10);
  for (const [address, model] of [
    ["endpoint", "endpointModel"],
    ["editor", "editorModel"],
  ] as const) {
    if (resolved[address] !== "" && resolved[model] === "")
      throw new OptionError(`Expected \`${model}\` to name the model at ${resolved[address]}, got nothing.`);
  }
  return resolved;
}

/**
 * Rejection sampling into a data set: k completions a problem, kept by the rules, at most n a problem; a card says what was
 * dropped and why. R1, arXiv:2501.12948, sections 2.3.1 (with `rewrite` and `most`: the cold start) and 2.3.3.
 *
 * @throws OptionError where nothing is left, saying how many each rule dropped
 */
export async function rejectionSample(
  folder: string,
  partial: Partial<RejectionOptions> & Pick<RejectionOptions, "model">,
  context: SampleContext = {},
): Promise<RejectionSummary> {
  const options = resolveRejectionOptions(partial);
  const task = await loadTask(options.task);
  const opened = await openModel(options.model, "", options.task);
  const all = task.problems("train");
  const problems = options.problems > 0 ? all.slice(0, options.problems) : all;
  const journal = join(`${folder}.samples`, "samples.jsonl");
  const sampled =
    options.endpoint === ""
      ? await sampleCandidates(opened, task, { ...options, problems, journal }, context)
      : await askCandidates(opened, task, { ...options, problems, journal }, context);
  const { candidates, dropped } = options.rewrite
    ? await rewriteCandidates(opened, task, sampled, options, folder, context)
    : { candidates: sampled, dropped: undefined };
  const examples = examplesOf(candidates, task, options, opened.template, dropped);
  await writeDataset(folder, examples.kept, {
    title: options.rewrite ? "Cold start" : "Rejection sampling",
    source:
      options.endpoint === ""
        ? `${options.model} (weights ${weightsSha256(opened.checkpoint).slice(0, 12)})`
        : `${options.endpointModel} at ${options.endpoint}`,
    task: options.task,
    sampling: {
      problems: problems.length,
      samples: options.samples,
      temperature: options.temperature,
      "most tokens": options.maxCompletionTokens,
      seed: options.seed,
    },
    sampled: sampled.length,
    dropped: examples.dropped,
    rewritten: options.rewrite
      ? `by ${options.editor === "" ? "the task's own function" : `${options.editorModel} at ${options.editor}`}, then verified again`
      : "none",
  });
  return {
    folder,
    examples: examples.kept.length,
    sampled: sampled.length,
    dropped: examples.dropped,
    sampledTokens: sumOf(sampled, ({ tokens }) => tokens),
  };
}

/**
 * The completions in their readable form, verified again: rewriting must not turn wrong into right or right into wrong unseen.
 * An editor is asked only for what the rules would keep but for language and repetition, which it is there to mend.
 */
async function rewriteCandidates(
  opened: OpenedModel,
  task: Task,
  sampled: readonly TeacherCompletion[],
  options: RejectionOptions,
  folder: string,
  context: SampleContext,
): Promise<{ readonly candidates: readonly TeacherCompletion[]; readonly dropped: Filtered["dropped"] | undefined }> {
  if (options.editor === "")
    return {
      candidates: await Promise.all(sampled.map((candidate) => rewritten(task, candidate))),
      dropped: undefined,
    };
  const { kept, dropped } = filterCompletions(sampled, { ...options, mostRepeats: Number.POSITIVE_INFINITY });
  const editor = {
    endpoint: options.editor,
    endpointModel: options.editorModel,
    maxCompletionTokens: options.maxCompletionTokens,
    journal: join(`${folder}.samples`, "rewrites.jsonl"),
  };
  return { candidates: await rewriteByEndpoint(opened, task, kept, editor, context), dropped };
}

async function rewritten(task: Task, candidate: TeacherCompletion): Promise<TeacherCompletion> {
  if (task.rewrite === undefined) return candidate;
  const text = task.rewrite(candidate.problem, candidate.text);
  return judgeText(
    task,
    candidate.problem,
    candidate.prompt,
    completionAfter(candidate.prompt, text),
    candidate.tokens,
    candidate.status,
  );
}

function examplesOf(
  candidates: readonly TeacherCompletion[],
  task: Task,
  options: RejectionOptions,
  template: (problem: Problem) => string,
  before?: Filtered["dropped"],
): { kept: TrainingExample[]; dropped: Readonly<Record<DropReason, number>> } {
  const { kept, dropped: last } = filterCompletions(candidates, {
    ...options,
    ...(options.language ? { consistency: languageConsistency } : {}),
  });
  const dropped = before === undefined ? last : addDropped(before, last);
  if (kept.length === 0)
    throw new OptionError(
      `Expected some of ${sum(Object.values(dropped))} completions to be kept, got none: dropped ${droppedText(dropped)}. Loosen the rule that drops most, or use a better model.`,
    );
  const random = new RandomStream(splitKey(randomKey(options.seed), "chosen examples"));
  const reasoning = (options.most > 0 ? random.shuffle(kept).slice(0, options.most) : kept).map(
    ({ problem, prompt, text }) => ({ prompt, completion: text, problemId: problem.id }),
  );
  if (options.general === 0) return { kept: reasoning, dropped };
  if (task.general === undefined)
    throw new OptionError(
      `Expected the task ${task.name} to have general prompts, as \`general\` is ${options.general}; it has none. Leave the option out.`,
    );
  const general = task.general.problems("train").slice(0, options.general);
  return {
    kept: [
      ...reasoning,
      ...general.map((problem) => ({
        prompt: template(problem),
        completion: task.general!.demonstration(problem),
        problemId: problem.id,
      })),
    ],
    dropped,
  };
}
