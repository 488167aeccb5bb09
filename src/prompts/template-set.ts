import type { Problem } from "../records/problem.ts";
import { compactPrompt } from "./compact-template.ts";
import type { PromptTemplate } from "./prompt-template.ts";
import { r1ZeroPrompt } from "./r1-zero-template.ts";

/** A way to ask, by name. */
export interface NamedTemplate {
  readonly name: string;
  /**
   * `training`: what the model was trained with; `paraphrase`: the same question asked otherwise; `few-shot`: worked
   * examples before it.
   */
  readonly kind: "training" | "paraphrase" | "few-shot" | "language";
  readonly template: PromptTemplate;
}

/** A worked example: a problem and a right completion of it. */
export interface WorkedExample {
  readonly problem: Problem;
  readonly completion: string;
}

/** The question's words in another language, where a task has several. */
export type TranslateQuestion = (compactQuestion: string, language: string) => string;

/** How many worked examples the few-shot prompts of a set show. */
const SHOTS: readonly number[] = [1, 2, 3];

function rearranged(
  name: string,
  order: (numbers: readonly string[], verb: string, target: string) => readonly string[],
): NamedTemplate {
  return {
    name,
    kind: "paraphrase",
    template: (problem) => {
      const words = problem.compactQuestion.split(" ");
      return `<bos> ${order(words.slice(0, -2), words.at(-2)!, words.at(-1)!).join(" ")}`;
    },
  };
}

/** The same question asked in several ways, made of its own words (numbers, the verb, the target): zero-shot. */
export const COMPACT_FORMS: readonly NamedTemplate[] = [
  { name: "as trained", kind: "training", template: compactPrompt },
  rearranged("numbers reversed", (numbers, verb, target) => [...[...numbers].reverse(), verb, target, ":"]),
  rearranged("commas", (numbers, verb, target) => [
    ...numbers.flatMap((number, i) => (i === 0 ? [number] : [",", number])),
    verb,
    target,
    ":",
  ]),
  rearranged("equals sign", (numbers, _verb, target) => [...numbers, "=", target, ":"]),
  rearranged("target first", (numbers, verb, target) => [verb, target, ...numbers, ":"]),
  rearranged("no colon", (numbers, verb, target) => [...numbers, verb, target]),
];

/** A question of a small vocabulary behind worked examples, each asked in the same way and with its end. */
export function compactContext(examples: readonly WorkedExample[], template: PromptTemplate, problem: Problem): string {
  const shown = examples.map((example) => `${template(example.problem)} ${example.completion} <eos>`);
  return [...shown, template(problem)].join(" ");
}

function fewShots(
  examples: readonly WorkedExample[],
  template: (shown: readonly WorkedExample[], problem: Problem) => string,
): NamedTemplate[] {
  return SHOTS.filter((shots) => examples.length >= shots).map((shots) => ({
    name: `${shots} worked ${shots === 1 ? "example" : "examples"}`,
    kind: "few-shot",
    template: (problem) => template(examples.slice(0, shots), problem),
  }));
}

/**
 * Ways to ask a model of a small vocabulary.
 *
 * @param examples right completions of problems that are asked nowhere else, for few-shot prompts
 */
export function compactTemplates(examples: readonly WorkedExample[], translate?: TranslateQuestion): NamedTemplate[] {
  return [
    ...COMPACT_FORMS,
    ...(translate === undefined
      ? []
      : [
          {
            name: "other language",
            kind: "language" as const,
            template: (problem: Problem) =>
              compactPrompt({
                ...problem,
                compactQuestion: translate(problem.compactQuestion, problem.language === "zh" ? "en" : "zh"),
              }),
          },
        ]),
    ...fewShots(examples, (shown, problem) => compactContext(shown, compactPrompt, problem)),
  ];
}

/** Ways to ask a model that reads text. */
export function textTemplates(examples: readonly WorkedExample[]): NamedTemplate[] {
  const tags = "<think> the working out </think> <answer> the answer </answer>";
  return [
    { name: "as trained", kind: "training", template: r1ZeroPrompt },
    {
      name: "short",
      kind: "paraphrase",
      template: ({ question }) => `Question: ${question}\nReply in the form ${tags}.\nReply:`,
    },
    {
      name: "roles",
      kind: "paraphrase",
      template: ({ question }) =>
        `You are a careful solver. Think first, then answer: ${tags}.\n\nUser: ${question}\nAssistant:`,
    },
    {
      name: "other language",
      kind: "language",
      template: ({ question }) => `用户提出问题，助手先思考，再回答，格式为 ${tags}。\n用户：${question}\n助手：`,
    },
    ...fewShots(examples, (shown, problem) =>
      [...shown.map((example) => `${r1ZeroPrompt(example.problem)} ${example.completion}`), r1ZeroPrompt(problem)].join(
        "\n\n",
      ),
    ),
  ];
}
