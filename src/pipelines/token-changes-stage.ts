import { changesByToken, type TokenChange, type TwiceScored } from "../emergence/index.ts";
import { loadSubject, withSubject, type Subject } from "../evaluation/open-subject.ts";
import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import { randomKey, splitKey } from "../random.ts";
import type { Rollout, TrainingSequence } from "../records/rollout.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";
import type { MeasureOptions } from "./measure-model.ts";
import { evaluationContext } from "./evaluation-context.ts";
import { TOKEN_CHANGES_RESULT } from "./result-shapes.ts";
import type { Source, Stage, StageContext, StageRunner } from "./stage-runner.ts";

/** What training changed by token, over completions that the base wrote. */
export interface TokenChanges {
  readonly completions: number;
  readonly tokens: number;
  /** The most moved first; all numbers count as one token. */
  readonly changes: readonly TokenChange[];
}

type TokenChangesOptions = Omit<MeasureOptions, "device"> & { readonly task: string };

export interface TokenChangesSettings {
  readonly name: string;
  readonly base: Source;
  /** What training made of it. */
  readonly trained: Source;
  readonly options: TokenChangesOptions;
  readonly expectedSeconds: number;
}

const NUMBERS = "a number";

/** The base writes completions, and both score every token of them at temperature 1. */
export function tokenChangesStage(runner: StageRunner, settings: TokenChangesSettings): Stage<TokenChanges> {
  const { name, base, trained, options, expectedSeconds } = settings;
  return runner.define({
    name,
    title: "what training changed by token",
    inputs: [base, trained],
    options,
    expectedSeconds,
    resultShape: TOKEN_CHANGES_RESULT,
    outputs: [],
    async work(_folder, context) {
      const written = await asked(base, options, context, (subject) => write(subject, options, context.signal));
      const before = await asked(base, options, context, (subject) => score(subject, written));
      const after = await asked(trained, options, context, (subject) => score(subject, written));
      return { completions: written.length, ...compared(written, before, after) };
    },
  });
}

async function asked<T>(
  { folder }: Source,
  { task, workers }: TokenChangesOptions,
  context: StageContext,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  return withSubject(await loadSubject(folder, { task }), { workers }, evaluationContext(context), work);
}

/** A token as people read it, of those that a base drew. */
interface Written extends Pick<Rollout, "promptTokens" | "tokens"> {
  readonly names: readonly string[];
}

async function write(
  { policy, checkpoint, task, template }: Subject,
  { split, problems, samples, maxCompletionTokens, seed }: TokenChangesOptions,
  signal: AbortSignal | undefined,
): Promise<Written[]> {
  const { tokenizer } = checkpoint;
  const all = task.problems(split);
  const groups = await sampleProblems(policy, tokenizer, problems > 0 ? all.slice(0, problems) : all, {
    ...WHOLE_DISTRIBUTION,
    temperature: 1,
    greedy: false,
    frozen: true,
    groupSize: samples,
    maxNewTokens: maxCompletionTokens,
    template,
    key: splitKey(randomKey(seed), "token changes"),
    version: 0,
    signal,
  });
  const name = (id: number): string => tokenizer.idToToken(id) ?? String(id);
  return groups.flat().map(({ promptTokens, tokens }) => ({
    promptTokens,
    tokens,
    names: tokens.map((id) => (/^\d+$/.test(name(id)) ? NUMBERS : name(id))),
  }));
}

function score({ policy }: Subject, written: readonly Written[]): Promise<Float32Array[]> {
  const sequences = written.map(({ promptTokens, tokens }): TrainingSequence => ({
    promptTokens,
    tokens,
    weight: 0,
    advantage: 0,
  }));
  return policy.score("policy", sequences, 1);
}

function compared(
  written: readonly Written[],
  before: readonly Float32Array[],
  after: readonly Float32Array[],
): Omit<TokenChanges, "completions"> {
  const scored = written.flatMap(({ names }, i) =>
    names.map((token, t): TwiceScored => ({ token, before: before[i]![t]!, after: after[i]![t]! })),
  );
  return { tokens: scored.length, changes: changesByToken(scored) };
}
