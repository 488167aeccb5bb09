import { OptionError, show } from "../errors.ts";
import type { AnswerVerifier, VerifierKind } from "./answer-verifier.ts";
import { choiceVerifier, type ChoiceOptions } from "./choice-verifier.ts";
import { jsonVerifier, type JsonOptions } from "./json-verifier.ts";
import { mathsVerifier, type MathsOptions } from "./maths/maths-verifier.ts";
import { numberVerifier, type NumberOptions } from "./number-verifier.ts";
import { regexVerifier, type RegexOptions } from "./regex-verifier.ts";
import { exactVerifier, textVerifier, type TextOptions } from "./text-verifier.ts";

/** Options of all kinds; each is taken by the kinds that know it alone. */
export type VerifierOptions = TextOptions & NumberOptions & MathsOptions & ChoiceOptions & RegexOptions & JsonOptions;

interface Maker {
  readonly options: readonly (keyof VerifierOptions)[];
  readonly make: (options: VerifierOptions) => AnswerVerifier;
}

const MAKERS: Readonly<Record<VerifierKind, Maker>> = {
  exact: { options: [], make: exactVerifier },
  text: { options: ["caseSensitive", "punctuation", "articles"], make: textVerifier },
  number: { options: ["tolerance", "relativeTolerance", "units", "decimalComma"], make: numberVerifier },
  maths: { options: ["decimalComma"], make: mathsVerifier },
  choice: { options: ["choices"], make: choiceVerifier },
  regex: { options: ["anywhere", "ignoreCase"], make: regexVerifier },
  json: { options: ["schema", "partial"], make: jsonVerifier },
};

/** Kinds of answers that a rule can judge. */
export const VERIFIER_KINDS: readonly VerifierKind[] = Object.keys(MAKERS) as VerifierKind[];

/**
 * A verifier by the name of its kind.
 *
 * @throws OptionError for an unknown kind, an option of another kind, or a value that can't be used
 */
export function createVerifier(kind: string, options: VerifierOptions = {}): AnswerVerifier {
  if (!Object.hasOwn(MAKERS, kind))
    throw new OptionError(`Expected \`kind\` to be one of ${VERIFIER_KINDS.join(", ")}, got ${show(kind)}.`);
  const { options: known, make } = MAKERS[kind as VerifierKind];
  for (const name of Object.keys(options) as (keyof VerifierOptions)[]) {
    if (options[name] === undefined || known.includes(name)) continue;
    const kinds = VERIFIER_KINDS.filter((other) => MAKERS[other].options.includes(name));
    throw new OptionError(
      kinds.length === 0
        ? `Expected \`${name}\` to be an option of a verifier, got one that no kind has.`
        : `Expected \`${name}\` with the kind ${kinds.join(" or ")}, got ${kind}.`,
    );
  }
  return make(options);
}
