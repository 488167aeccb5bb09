import { show } from "../errors.ts";
import { resolveGroup } from "../options/index.ts";
import { RIGHT, selfCheck, unverifiable, wrong, type AnswerVerifier } from "./answer-verifier.ts";
import { findAnswer } from "./maths/find-answer.ts";
import { CHOICE, type ChoiceOptions } from "./verifier-options.ts";

/**
 * Judges a choice by its letter: `B`, `(b)`, `B.`, `B) the text of it`, `option B`, `The answer is B`. Several letters
 * are wrong, whatever is among them.
 *
 * @throws OptionError for fewer than 2 or more than 26 choices
 */
export function choiceVerifier(options: ChoiceOptions = {}): AnswerVerifier {
  const last = String.fromCharCode(64 + resolveGroup(CHOICE, options).choices);
  const verify: AnswerVerifier["verify"] = (gold, answer) => {
    const expected = letterIn(gold, last, true);
    if (expected === null) return unverifiable(`the gold ${show(gold)} is no choice from A to ${last}`);
    if (answer.trim() === "") return wrong("no answer");
    const chosen = letterIn(answer, last, false);
    if (chosen === null) return wrong(`not one choice from A to ${last}`);
    return chosen === expected ? RIGHT : wrong(`${chosen} is another choice`);
  };
  return {
    kind: "choice",
    verify,
    checkGold: (gold) => selfCheck(verify, gold),
    answerKey: (answer) => letterIn(answer, last, false) ?? answer.trim().slice(0, 1000),
  };
}

/** The one letter that a text chooses; null where it chooses none, or several. */
function letterIn(given: string, last: string, trusted: boolean): string | null {
  for (const { parts } of findAnswer(given, trusted).candidates) {
    if (parts.length !== 1) return null;
    const letter = letterOf(parts[0]!.slice(0, 4000), last);
    if (letter !== null) return letter;
  }
  return null;
}

function letterOf(text: string, last: string): string | null {
  const plain = text
    .replace(/\\(?:text|textbf|mathrm|mathbf|boxed)\s*\{([^{}]*)\}/g, "$1")
    .replace(/[$*\\{}]/g, " ")
    .trim();
  const letter = `[A-${last}a-${last.toLowerCase()}]`;
  const named = "(?:(?:the )?(?:correct |right |best )?(?:answer|option|choice)(?: is)?:? *)?";
  const alone = new RegExp(`^${named}(?:\\((${letter})\\)|(${letter}))[.):]?$`, "i").exec(plain);
  // With the words of the choice behind it, the letter must be set apart from them.
  const before = new RegExp(`^${named}(?:\\((${letter})\\)|([A-${last}])[.):])\\s*\\S`).exec(plain);
  const found = (alone ?? before)?.slice(1).find((part) => part !== undefined);
  if (found === undefined) return null;
  const others = before === null ? null : new RegExp(`(?:\\(([A-${last}])\\)|\\b([B-${last}])\\b)`, "g");
  const rest = before === null ? "" : plain.slice(plain.indexOf(found) + 1);
  return others !== null && [...rest.matchAll(others)].some((match) => (match[1] ?? match[2]) !== found.toUpperCase())
    ? null
    : found.toUpperCase();
}
