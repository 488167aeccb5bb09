import { normalQuestion } from "./normal-question.ts";

/** What makes a question the same in every order of its options. */
export interface QuestionIdentity {
  readonly question: string;
  readonly gold: string;
}

const OPTION = /(?:^|\s)\(?([A-J])[).:]\s+/g;

/**
 * A multiple-choice question whatever the order of the options at its end: the question, then its options sorted, and
 * the text of the option that the gold names. As it came where it lists no options from A on, or the gold names none.
 */
export function choiceIdentity(question: string, gold: string): QuestionIdentity {
  const marks = [...question.matchAll(OPTION)];
  const first = marks.findLastIndex(([, letter]) => letter === "A");
  const own = first < 0 ? [] : marks.slice(first);
  const options = own.map(({ index, 0: mark }, i) => question.slice(index + mark.length, own[i + 1]?.index));
  const right = options[gold.charCodeAt(0) - 65];
  const inOrder = own.every(([, letter], i) => letter === String.fromCharCode(65 + i));
  if (options.length < 2 || !inOrder || gold.length !== 1 || right === undefined) return { question, gold };
  const sorted = options.map(normalQuestion).toSorted((a, b) => (a < b ? -1 : Number(a > b)));
  return { question: [question.slice(0, own[0]!.index), ...sorted].join("\n"), gold: normalQuestion(right) };
}
