import { createHash } from "node:crypto";
import type { OpenedModel } from "../evaluation/open-model.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";
import { parseCompletion } from "../prompts/index.ts";
import { randomKey, splitKey } from "../random.ts";
import type { Problem } from "../records/problem.ts";
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
  { checkpoint, template }: OpenedModel,
  task: Task,
  options: SampleCandidatesOptions,
  context: SampleContext = {},
): Promise<TeacherCompletion[]> {
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
      const policy = await Policy.start(checkpoint, { workers, tokenBudget: 1024 });
      try {
        for (let start = 0; start < missing.length; start += CHUNK) {
          context.signal?.throwIfAborted();
          const sampling = {
            temperature,
            topK: 0,
            topP: 1,
            greedy: false,
            maxNewTokens: maxCompletionTokens,
            frozen: true,
          };
          const groups = await sampleProblems(policy, checkpoint.tokenizer, missing.slice(start, start + CHUNK), {
            ...sampling,
            template,
            groupSize: samples,
            key: splitKey(randomKey(seed), "candidates"),
            policyStep: 0,
          });
          journal.append(
            groups.map(
              ({ problem, rollouts }) =>
                [
                  keyOf(problem),
                  rollouts.map(({ text, tokens, status }) => ({ text, tokens: tokens.length, status })),
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
    const judged = problems.map((problem) =>
      Promise.all(
        journal
          .get(keyOf(problem))!
          .map((sample) => judgeText(task, problem, template(problem), sample.text, sample.tokens, sample.status)),
      ),
    );
    return (await Promise.all(judged)).flat();
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
        typeof sample.tokens === "number" &&
        (sample.status === "finished" || sample.status === "truncated"),
    );
  return whole ? (value as JournalledSample[]) : null;
}

/** A text, from wherever it came, as a judged candidate. */
export async function judgeText(
  task: Task,
  problem: Problem,
  prompt: string,
  text: string,
  tokens: number,
  status: TeacherCompletion["status"],
): Promise<TeacherCompletion> {
  const { thinking, answer, wellFormed, reason } = parseCompletion(text, prompt);
  const verdict =
    problem.general === true
      ? ({ kind: "unverifiable", reason: "a general prompt: no rule decides on it" } as const)
      : answer === null
        ? ({ kind: "wrong", reason: reason ?? "no answer" } as const)
        : await task.verify(problem, answer);
  return { problem, prompt, text, tokens, status, verdict, thinking, wellFormed };
}
