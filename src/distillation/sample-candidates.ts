import { createHash } from "node:crypto";
import type { OpenedModel } from "../evaluation/open-model.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";
import { parseCompletion } from "../prompts/index.ts";
import { randomKey, splitKey } from "../random.ts";
import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import type { Task } from "../tasks/index.ts";
import { weightsSha256 } from "../training/zero-setting.ts";
import { Policy } from "../policy/local/policy.ts";
import type { TeacherCompletion } from "./filter-completions.ts";
import { openJournal } from "../host/journal.ts";

export interface SampleCandidatesOptions {
  readonly problems: readonly Problem[];
  /** Completions of each problem. */
  readonly samples: number;
  readonly temperature: number;
  readonly maxCompletionTokens: number;
  readonly seed: number;
  readonly workers: number;
  /** Where samples are kept as they come. */
  readonly journal: string;
}

export interface SampleContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A sampled completion as the journal keeps it. */
type JournalledSample = Pick<TeacherCompletion, "text" | "tokens" | "status">;

/** Problems that are sampled between two entries of the journal. */
const CHUNK = 64;

/** Samples completions from a model and judges them; what the journal holds is not sampled again. */
export async function sampleCandidates(
  model: OpenedModel,
  task: Task,
  options: SampleCandidatesOptions,
  context: SampleContext = {},
): Promise<TeacherCompletion[]> {
  const { problems } = options;
  const keyOf = journalKeys(model, options);
  const journal = await openJournal(options.journal, readSamples);
  try {
    const missing = problems.filter((problem) => journal.get(keyOf(problem)) === undefined);
    let done = problems.length - missing.length;
    for await (const groups of sampleInChunks(model, missing, options, context)) {
      journal.append(groups.map(({ problem, samples }) => [keyOf(problem), samples] as const));
      done += groups.length;
      context.onProgress?.(done, problems.length);
    }
    const judged = problems.flatMap((problem) =>
      journal
        .get(keyOf(problem))!
        .map((sample) => judgeText(task, { problem, prompt: model.template(problem), ...sample })),
    );
    return await Promise.all(judged);
  } finally {
    journal.close();
  }
}

/** What a problem's samples are found by again: everything that decides them. */
function journalKeys({ checkpoint }: OpenedModel, options: SampleCandidatesOptions): (problem: Problem) => string {
  const { samples, temperature, maxCompletionTokens, seed } = options;
  const settings = createHash("sha256")
    .update(JSON.stringify([weightsSha256(checkpoint), samples, temperature, maxCompletionTokens, seed]))
    .digest("hex")
    .slice(0, 32);
  return ({ id }) => `${settings} ${id}`;
}

interface SampledProblem {
  readonly problem: Problem;
  readonly samples: readonly JournalledSample[];
}

/** The samples of some problems, some problems at a time. */
async function* sampleInChunks(
  { checkpoint, template }: OpenedModel,
  problems: readonly Problem[],
  options: SampleCandidatesOptions,
  { signal }: SampleContext,
): AsyncGenerator<SampledProblem[]> {
  if (problems.length === 0) return;
  const policy = await Policy.start(checkpoint, { workers: options.workers, tokenBudget: 1024 });
  const sampling = {
    temperature: options.temperature,
    topK: 0,
    topP: 1,
    greedy: false,
    maxNewTokens: options.maxCompletionTokens,
    frozen: true,
    template,
    groupSize: options.samples,
    key: splitKey(randomKey(options.seed), "candidates"),
    policyStep: 0,
  };
  try {
    for (let start = 0; start < problems.length; start += CHUNK) {
      signal?.throwIfAborted();
      const chunk = problems.slice(start, start + CHUNK);
      const groups = await sampleProblems(policy, checkpoint.tokenizer, chunk, sampling);
      yield groups.map(({ problem, rollouts }) => ({
        problem,
        samples: rollouts.map(({ text, tokens, status }) => ({ text, tokens: tokens.length, status })),
      }));
    }
  } finally {
    await policy.stop();
  }
}

function readSamples(value: unknown): readonly JournalledSample[] | null {
  const whole =
    Array.isArray(value) &&
    value.every(
      (sample: Partial<JournalledSample> | null) =>
        typeof sample?.text === "string" &&
        typeof sample.tokens === "number" &&
        (sample.status === "finished" || sample.status === "truncated"),
    );
  return whole ? (value as JournalledSample[]) : null;
}

/** A text, from wherever it came, before it is judged. */
export type UnjudgedText = Pick<TeacherCompletion, "problem" | "prompt" | "text" | "tokens" | "status">;

/** The same with its verdict. */
export async function judgeText(task: Task, unjudged: UnjudgedText): Promise<TeacherCompletion> {
  const { thinking, wellFormed, ...parsed } = parseCompletion(unjudged.text, unjudged.prompt);
  return { ...unjudged, verdict: await verdictOn(task, unjudged.problem, parsed), thinking, wellFormed };
}

async function verdictOn(
  task: Task,
  problem: Problem,
  { answer, reason }: Pick<ReturnType<typeof parseCompletion>, "answer" | "reason">,
): Promise<Verdict> {
  if (problem.general === true) return { kind: "unverifiable", reason: "a general prompt: no rule decides on it" };
  if (answer === null) return { kind: "wrong", reason: reason ?? "no answer" };
  return task.verify(problem, answer);
}
