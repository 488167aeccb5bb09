import { show } from "../errors.ts";
import { resolveGroup } from "../options/index.ts";
import { RIGHT, selfCheck, unverifiable, wrong, type AnswerVerifier } from "./answer-verifier.ts";
import { TEXT, type TextOptions } from "./verifier-options.ts";

/** Characters of an answer in words. */
const LONGEST = 100_000;

/** Right when the answer is the gold, character by character; white space around both doesn't count. */
export function exactVerifier(): AnswerVerifier {
  return byKey("exact", (text) => text.trim());
}

/**
 * Right when both texts are the same words: by default without case, punctuation, English articles and the amount of
 * white space (the normalisation of SQuAD's exact match, Rajpurkar et al. 2016), after Unicode's NFKC.
 */
export function textVerifier(options: TextOptions = {}): AnswerVerifier {
  const { caseSensitive, punctuation, articles } = resolveGroup(TEXT, options);
  return byKey("text", (given) => {
    let words = given.normalize("NFKC");
    if (!caseSensitive) words = words.toLowerCase();
    if (!punctuation) words = words.replace(/\p{P}/gu, withoutPunctuation);
    if (!articles) words = words.replace(/\b(?:a|an|the)\b/giu, " ");
    const normalised = words.replace(/\s+/gu, " ").trim();
    // An answer of signs or articles alone stands for itself.
    return normalised === "" ? given.trim() : normalised;
  });
}

/** Punctuation goes, but what says something of a number: -5, 2.5, .5, 50%, 1/2; a hyphen parts words. */
function withoutPunctuation(sign: string, at: number, whole: string): string {
  const [before, next] = [whole[at - 1] ?? "", whole[at + 1] ?? ""];
  if ((sign === "." || sign === "/") && /\d/.test(next)) return sign;
  if (sign === "-" && /\d/.test(next) && !/[\p{L}\p{N}]/u.test(before)) return sign;
  if (sign === "%" && /\d/.test(before)) return sign;
  return sign === "-" || sign === "/" ? " " : "";
}

function byKey(kind: "exact" | "text", keyOf: (text: string) => string): AnswerVerifier {
  const verify: AnswerVerifier["verify"] = (gold, answer) => {
    if (answer.length > LONGEST) return unverifiable(`longer than ${LONGEST} characters`);
    if (gold.trim() === "") return unverifiable("the gold is empty");
    if (answer.trim() === "") return wrong("no answer");
    return keyOf(gold) === keyOf(answer) ? RIGHT : wrong(`${show(answer.trim())} is not the gold`);
  };
  return {
    kind,
    verify,
    checkGold: (gold) => selfCheck(verify, gold),
    answerKey: (answer) => keyOf(answer.slice(0, LONGEST)),
  };
}
