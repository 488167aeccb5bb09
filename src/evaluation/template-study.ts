import { OptionError } from "../errors.ts";
import type { NamedTemplate } from "../prompts/index.ts";
import { mean, standardError } from "../numbers/metrics.ts";
import type { Unverifiable } from "../records/verdict.ts";
import { meanScore } from "../verifiers/verdict-score.ts";
import { evaluatePolicy, type EvaluateOptions } from "./evaluate.ts";
import type { Policy } from "../policy/policy.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** How a model does when it is asked in one way. */
export interface TemplateRow {
  readonly name: string;
  readonly kind: NamedTemplate["kind"];
  readonly accuracy: number;
  readonly standardError: number;
  readonly formatShare: number;
  readonly truncatedShare: number;
  readonly meanLength: number;
  /** Samples that could be judged, and those that could not, which no figure counts. */
  readonly judged: number;
  readonly unverifiable: Unverifiable;
  /** Accuracy less that of the first template, the same problems compared with each other. */
  readonly difference: number;
  readonly differenceError: number;
}

export interface TemplateStudy {
  readonly rows: readonly TemplateRow[];
  /** Ways to ask that this model can't read, each with its reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Largest less smallest accuracy among the zero-shot templates of one meaning. */
  readonly spread: number;
  /** Mean accuracy of the few-shot templates less that of the first; null without any. */
  readonly fewShotEffect: number | null;
}

/**
 * The same model and the same problems under several templates: R1 is sensitive to prompts, and examples before the
 * question hurt it (arXiv:2501.12948, section 5). All templates get the same limit of tokens.
 *
 * @throws OptionError where the model can't read the first template
 */
export async function studyTemplates(
  policy: Policy,
  tokenizer: Tokenizer,
  templates: readonly NamedTemplate[],
  options: Omit<EvaluateOptions, "template">,
): Promise<TemplateStudy> {
  const skipped: { name: string; reason: string }[] = [];
  const readable = templates.filter(({ name, template }) => {
    const reason = unreadable(policy, tokenizer, options, template);
    if (reason !== null) skipped.push({ name, reason });
    return reason === null;
  });
  if (readable[0] !== templates[0] || readable[0] === undefined)
    throw new OptionError(
      `Expected the model to read the template ${templates[0]?.name ?? "(none)"}, but ${skipped[0]?.reason ?? "there is none"}.`,
    );
  const rows: TemplateRow[] = [];
  let reference: readonly (number | null)[] = [];
  for (const { name, kind, template } of readable) {
    const { evaluation, judged } = await evaluatePolicy(policy, tokenizer, { ...options, template });
    const byProblem = judged.map((rollouts) => meanScore(rollouts.map(({ verdict }) => verdict)));
    if (rows.length === 0) reference = byProblem;
    const differences = differencesOf(byProblem, reference);
    const { accuracy, standardError: error, truncatedShare, meanLength, judged: count, unverifiable } = evaluation;
    rows.push({
      name,
      kind,
      accuracy,
      standardError: error,
      formatShare: evaluation.formatShare ?? 0,
      truncatedShare,
      meanLength,
      judged: count,
      unverifiable,
      difference: mean(differences),
      differenceError: standardError(differences),
    });
  }
  const zeroShot = rows
    .filter(({ kind }) => kind === "training" || kind === "paraphrase")
    .map(({ accuracy }) => accuracy);
  const fewShot = rows.filter(({ kind }) => kind === "few-shot").map(({ difference }) => difference);
  return {
    rows,
    skipped,
    spread: Math.max(...zeroShot) - Math.min(...zeroShot),
    fewShotEffect: fewShot.length === 0 ? null : mean(fewShot),
  };
}

/** Problem by problem, where both could be judged. */
function differencesOf(values: readonly (number | null)[], reference: readonly (number | null)[]): number[] {
  return values.flatMap((value, i) => {
    const other = reference[i] ?? null;
    return value === null || other === null ? [] : [value - other];
  });
}

function unreadable(
  { config }: Policy,
  tokenizer: Tokenizer,
  { problems, maxCompletionTokens }: Omit<EvaluateOptions, "template">,
  template: NamedTemplate["template"],
): string | null {
  try {
    const longest = Math.max(...problems.map((problem) => tokenizer.encode(template(problem)).length));
    return longest + maxCompletionTokens <= config.maxPositions
      ? null
      : `its prompts of ${longest} tokens and ${maxCompletionTokens} of completion exceed the model's ${config.maxPositions} positions`;
  } catch (error) {
    return (error as Error).message;
  }
}
