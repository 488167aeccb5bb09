import { OptionError, show } from "../errors.ts";
import { VERIFIER_KINDS, type AnswerVerifier, type VerifierKind } from "./answer-verifier.ts";
import { choiceVerifier } from "./choice-verifier.ts";
import { jsonVerifier } from "./json-verifier.ts";
import { mathsVerifier } from "./maths/maths-verifier.ts";
import { numberVerifier } from "./number-verifier.ts";
import { regexVerifier } from "./regex-verifier.ts";
import { exactVerifier, textVerifier } from "./text-verifier.ts";
import {
  CHOICE,
  JSON_OPTIONS,
  MATHS,
  NUMBER,
  REGEX,
  TEXT,
  type ChoiceOptions,
  type JsonOptions,
  type MathsOptions,
  type NumberOptions,
  type RegexOptions,
  type TextOptions,
} from "./verifier-options.ts";

/** Options of all kinds; each is taken by the kinds that know it alone. */
export type VerifierOptions = TextOptions & NumberOptions & MathsOptions & ChoiceOptions & RegexOptions & JsonOptions;

interface Maker {
  /** The names of its options. */
  readonly takes: readonly string[];
  readonly make: (options: VerifierOptions) => AnswerVerifier;
}

const MAKERS: Readonly<Record<VerifierKind, Maker>> = {
  exact: { takes: [], make: exactVerifier },
  text: { takes: Object.keys(TEXT.options), make: textVerifier },
  number: { takes: Object.keys(NUMBER.options), make: numberVerifier },
  maths: { takes: Object.keys(MATHS.options), make: mathsVerifier },
  choice: { takes: Object.keys(CHOICE.options), make: choiceVerifier },
  regex: { takes: Object.keys(REGEX.options), make: regexVerifier },
  json: { takes: [...Object.keys(JSON_OPTIONS.options), "schema"], make: jsonVerifier },
};

/**
 * A verifier by the name of its kind.
 *
 * @throws OptionError for an unknown kind, an option of another kind, or a value that can't be used
 */
export function createVerifier(kind: string, options: VerifierOptions = {}): AnswerVerifier {
  if (!Object.hasOwn(MAKERS, kind))
    throw new OptionError(`Expected \`kind\` to be one of ${VERIFIER_KINDS.join(", ")}, got ${show(kind)}.`);
  const { takes, make } = MAKERS[kind as VerifierKind];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || takes.includes(name)) continue;
    const kinds = VERIFIER_KINDS.filter((other) => MAKERS[other].takes.includes(name));
    throw new OptionError(
      kinds.length === 0
        ? `Expected \`${name}\` to be an option of a verifier, got one that no kind has.`
        : `Expected \`${name}\` with the kind ${kinds.join(" or ")}, got ${kind}.`,
    );
  }
  return make(options);
}
