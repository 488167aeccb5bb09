import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import { createHash } from "node:crypto";
import type { OpenedModel } from "../evaluation/open-model.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";
import { randomKey, splitKey } from "../random.ts";
import { createJudge, type Judge, type JudgeContext } from "../judging/judge.ts";
import type { Task } from "../tasks/index.ts";
import type { Problem } from "../records/problem.ts";
import { STOP_REASONS } from "../records/rollout.ts";
import { weightsSha256 } from "../training/zero-setting.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";
import type { Candidate } from "./filter-completions.ts";
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

export interface SampleContext extends Pick<JudgeContext, "onPause"> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A sampled completion as the journal keeps it. */
type JournalledSample = Pick<Candidate, "text" | "length" | "stop">;

/** Problems that are sampled between two entries of the journal. */
const CHUNK = 64;

/** Works with a task's judge, and ends it. */
export async function judgeCandidates<T>(
  task: Task,
  source: string,
  context: SampleContext,
  work: (judge: Judge) => Promise<T>,
): Promise<T> {
  const judge = createJudge(task, source, {}, context);
  try {
    return await work(judge);
  } finally {
    await judge.stop();
  }
}

/** Samples completions from a model and judges them; what the journal holds is not sampled again. */
export async function sampleCandidates(
  { checkpoint, template }: OpenedModel,
  judge: Judge,
  options: SampleCandidatesOptions,
  context: SampleContext = {},
): Promise<Candidate[]> {
  const { problems, samples, temperature, maxCompletionTokens, seed, workers } = options;
  const journal = await openJournal(options.journal, readSamples);
  const settings = createHash("sha256")
    .update(JSON.stringify([weightsSha256(checkpoint), samples, temperature, maxCompletionTokens, seed]))
    .digest("hex")
    .slice(0, 32);
  const keyOf = ({ id }: Problem): string => `${settings} ${id}`;
  try {
    const missing = problems.filter((problem) => journal.get(keyOf(problem)) === undefined);
    if (missing.length > 0) {
      const policy = await startLocalPolicy(checkpoint, { workers });
      try {
        for (let start = 0; start < missing.length; start += CHUNK) {
          context.signal?.throwIfAborted();
          const sampling = {
            temperature,
            ...WHOLE_DISTRIBUTION,
            maxNewTokens: maxCompletionTokens,
            frozen: true,
          };
          const groups = await sampleProblems(policy, checkpoint.tokenizer, missing.slice(start, start + CHUNK), {
            ...sampling,
            template,
            groupSize: samples,
            key: splitKey(randomKey(seed), "candidates"),
            version: 0,
          });
          journal.append(
            groups.map(
              (group) =>
                [
                  keyOf(group[0]!.problem),
                  group.map(({ text, tokens, stop }) => ({ text, length: tokens.length, stop })),
                ] as const,
            ),
          );
          context.onProgress?.(
            problems.length - missing.length + Math.min(missing.length, start + CHUNK),
            problems.length,
          );
        }
      } finally {
        await policy.stop();
      }
    }
    const written = problems.flatMap((problem) =>
      journal.get(keyOf(problem))!.map((sample) => ({ ...sample, problem, prompt: template(problem) })),
    );
    return await judge.judge(written, context.signal);
  } finally {
    journal.close();
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
