import {
  choice,
  decimal,
  integer,
  optionGroup,
  pick,
  text,
  toggle,
  type FlatValues,
  type GroupValues,
  type OptionSet,
} from "../options/index.ts";
import { CODE_LANGUAGES } from "../records/execution.ts";
import { VERIFIER_KINDS } from "./answer-verifier.ts";
import { EXTRACTOR_NAMES } from "./extractors.ts";

/** How two texts are compared. */
export const TEXT = optionGroup("text", "Of the kind text", {
  caseSensitive: toggle({
    fallback: false,
    flag: "--case-sensitive",
    help: "upper and lower case differ",
  }),
  punctuation: toggle({ fallback: false, flag: "--punctuation", help: "punctuation counts" }),
  articles: toggle({ fallback: false, flag: "--articles", help: "the English articles a, an and the count" }),
});

/** How two numbers are compared. */
export const NUMBER = optionGroup("number", "Of the kind number", {
  tolerance: decimal({
    from: 0,
    to: 1e300,
    fallback: 0,
    flag: "--tolerance <x>",
    help: "how far from the gold an answer may be",
  }),
  relativeTolerance: decimal({
    from: 0,
    to: 1e9,
    fallback: 0,
    flag: "--relative-tolerance <x>",
    help: "the same as a share of the gold",
  }),
  units: choice(["lenient", "required", "ignored"], {
    fallback: "lenient",
    flag: "--units <way>",
    help: "compared where both have one, asked for where the gold has one, or left aside",
  }),
  decimalComma: toggle({
    fallback: false,
    flag: "--decimal-comma",
    help: "3,14 is a decimal number; of the kind maths too",
  }),
});

export const MATHS = optionGroup("maths", "Of the kind maths", pick(NUMBER.options, "decimalComma"));

export const CHOICE = optionGroup("choice", "Of the kind choice", {
  choices: integer({ from: 2, to: 26, fallback: 10, flag: "--choices <n>", help: "how many there are, from A on" }),
});

export const REGEX = optionGroup("regex", "Of the kind regex", {
  anywhere: toggle({
    fallback: false,
    flag: "--anywhere",
    help: "the pattern may be found anywhere in the answer; else it must be all of it",
  }),
  ignoreCase: toggle({ fallback: false, flag: "--ignore-case", help: "upper and lower case are the same" }),
});

export const JSON_OPTIONS = optionGroup("json", "Of the kind json", {
  partial: toggle({
    fallback: false,
    flag: "--partial",
    help: "an object that is right in some of its fields is partly right, by their share",
  }),
});

/** How programs are run to be judged. */
export const CODE = optionGroup("code", "Of the kind code", {
  language: choice(CODE_LANGUAGES, {
    fallback: "python",
    flag: "--language <name>",
    help: "what programs are written in",
  }),
  /** Of processor time, over all tests; on a machine that has others to serve it may take three times as long. */
  codeSeconds: decimal({
    from: 0.1,
    to: 3600,
    fallback: 4,
    flag: "--code-seconds <s>",
    help: "how long an answer that is a program may run, over all its tests",
  }),
  unsafeSandbox: toggle({
    fallback: false,
    flag: "--unsafe-sandbox",
    help: "run answers that are programs also where no user namespaces keep them from the network",
  }),
});

/** The options with which answers are verified. */
export const VERIFY = {
  verifier: optionGroup("verifier", "The verifier", {
    kind: choice([...VERIFIER_KINDS, "code"], {
      fallback: "maths",
      flag: "--kind <name>",
      help: "what kind of answers it judges",
    }),
    extract: choice(EXTRACTOR_NAMES, {
      fallback: "whole",
      flag: "--extract <name>",
      help: "where in the text the answer stands",
    }),
  }),
  text: TEXT,
  number: NUMBER,
  choice: CHOICE,
  regex: REGEX,
  json: optionGroup("json", "Of the kind json", {
    ...JSON_OPTIONS.options,
    schema: text({
      fallback: "",
      otherwise: "none",
      flag: "--schema <file>",
      help: "a file with a JSON schema that the answer must fit",
    }),
  }),
  code: CODE,
} as const satisfies OptionSet;

export type VerifyOptions = Partial<FlatValues<typeof VERIFY>>;
export type TextOptions = Partial<GroupValues<typeof TEXT>>;
export type NumberOptions = Partial<GroupValues<typeof NUMBER>>;
export type MathsOptions = Partial<GroupValues<typeof MATHS>>;
export type ChoiceOptions = Partial<GroupValues<typeof CHOICE>>;
export type RegexOptions = Partial<GroupValues<typeof REGEX>>;
/** `schema`: what the answer must fit, a JSON schema. */
export type JsonOptions = Partial<GroupValues<typeof JSON_OPTIONS>> & { readonly schema?: unknown };
