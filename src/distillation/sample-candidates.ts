import { createHash } from "node:crypto";
import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import { startJudge, type LoadedSubject } from "../evaluation/open-subject.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";
import { randomKey, splitKey } from "../random.ts";
import type { JudgeContext } from "../judging/create-judge.ts";
import type { Judge } from "../judging/judge.ts";
import type { Problem } from "../records/problem.ts";
import { STOP_REASONS } from "../records/rollout.ts";
import { weightsSha256 } from "../training/zero-setting.ts";
import { startChosenPolicy } from "../policy/device/start-policy.ts";
import type { DeviceChoice } from "../policy/local/engine-options.ts";
import type { TeacherCompletion } from "./filter-completions.ts";
import type { RejectionOptions } from "./rejection-options.ts";
import { openJournal } from "../host/journal.ts";

export interface SampleCandidatesOptions extends Pick<
  RejectionOptions,
  "samples" | "temperature" | "maxCompletionTokens" | "seed" | "workers"
> {
  /** `cpu` where absent. */
  readonly device?: DeviceChoice;
  readonly problems: readonly Problem[];
  /** Where samples are kept as they come. */
  readonly journal: string;
}

export interface SampleContext extends JudgeContext {
  readonly onProgress?: (done: number, total: number) => void;
}

/** A sampled completion as the journal keeps it. */
type JournalledSample = Pick<TeacherCompletion, "text" | "length" | "stop">;

/** Problems that are sampled between two entries of the journal. */
const CHUNK = 64;

/** Works with the judge of a subject's task, and stops it. */
export async function judgeCandidates<T>(
  subject: LoadedSubject,
  context: SampleContext,
  work: (judge: Judge) => Promise<T>,
): Promise<T> {
  const judge = startJudge(subject, {}, context);
  try {
    return await work(judge);
  } finally {
    await judge.stop();
  }
}

/** Samples completions from a model and judges them; what the journal holds is not sampled again. */
export async function sampleCandidates(
  model: LoadedSubject,
  judge: Judge,
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
    const written = problems.flatMap((problem) =>
      journal.get(keyOf(problem))!.map((sample) => ({ ...sample, problem, prompt: model.template(problem) })),
    );
    return await judge.judge(written, context.signal);
  } finally {
    journal.close();
  }
}

/** What a problem's samples are found by again: everything that decides them. */
function journalKeys({ checkpoint }: LoadedSubject, options: SampleCandidatesOptions): (problem: Problem) => string {
  const { samples, temperature, maxCompletionTokens, seed, device = "cpu" } = options;
  const asked = [weightsSha256(checkpoint), samples, temperature, maxCompletionTokens, seed];
  const settings = createHash("sha256")
    .update(JSON.stringify(device === "cpu" ? asked : [...asked, device]))
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
  { checkpoint, template }: LoadedSubject,
  problems: readonly Problem[],
  options: SampleCandidatesOptions,
  { signal }: SampleContext,
): AsyncGenerator<SampledProblem[]> {
  if (problems.length === 0) return;
  const policy = await startChosenPolicy(checkpoint, { device: options.device, workers: options.workers }, { signal });
  const sampling = {
    temperature: options.temperature,
    ...WHOLE_DISTRIBUTION,
    maxNewTokens: options.maxCompletionTokens,
    frozen: true,
    template,
    groupSize: options.samples,
    key: splitKey(randomKey(options.seed), "candidates"),
    version: 0,
  };
  try {
    for (let start = 0; start < problems.length; start += CHUNK) {
      signal?.throwIfAborted();
      const chunk = problems.slice(start, start + CHUNK);
      const groups = await sampleProblems(policy, checkpoint.tokenizer, chunk, sampling);
      yield groups.map((group, i) => ({
        problem: chunk[i]!,
        samples: group.map(({ text, tokens, stop }) => ({ text, length: tokens.length, stop })),
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
        typeof sample.length === "number" &&
        STOP_REASONS.some((reason) => reason === sample.stop),
    );
  return whole ? (value as JournalledSample[]) : null;
}
