import { show } from "../errors.ts";
import { resolveGroup } from "../options/index.ts";
import { RIGHT, selfCheck, unverifiable, wrong, type AnswerVerifier } from "./answer-verifier.ts";
import { exactValue } from "./maths/exact.ts";
import { Budget, Unreadable } from "./maths/limits.ts";
import type { MathNode } from "./maths/node.ts";
import {
  addRational,
  compareRational,
  decimalNumber,
  divideRational,
  multiplyRational,
  negateRational,
  rationalText,
  type Rational,
} from "./maths/rational.ts";
import { readAnswer } from "./maths/read-answer.ts";
import { labelled } from "./maths/relations.ts";
import { sameUnit, type Unit } from "./maths/units.ts";
import { NUMBER, type NumberOptions } from "./verifier-options.ts";

/** A number with the unit behind it. */
interface Measured {
  readonly value: Rational;
  readonly unit: Unit | null;
}

/**
 * Judges one number: with thousands separators (1,234), a currency, a unit, a percent sign, as a fraction or in
 * scientific notation. Exact unless a tolerance is given; 0.1 + 0.2 is 0.3 here.
 *
 * @throws OptionError for a tolerance or a way with units that can't be
 */
export function numberVerifier(options: NumberOptions = {}): AnswerVerifier {
  const { units, decimalComma, ...given } = resolveGroup(NUMBER, options);
  const [tolerance, relative] = [exactDecimal(given.tolerance), exactDecimal(given.relativeTolerance)] as const;
  const read = (text: string, trusted: boolean): Measured | string =>
    readNumber(decimalComma ? text.replace(/(?<=\d),(?=\d)/g, ".") : text, trusted);
  const verify: AnswerVerifier["verify"] = (gold, answer) => {
    const expected = read(gold, true);
    if (typeof expected === "string") return unverifiable(`the gold is no number: ${expected}`);
    if (answer.trim() === "") return wrong("no answer");
    const given = read(answer, false);
    if (typeof given === "string") return wrong(`not a number: ${given}`);
    const [a, b] = units === "ignored" ? [expected.value, given.value] : inOneUnit(expected, given);
    if (a === null || b === null) return unverifiable(`${given.unit?.name} where ${expected.unit?.name} is expected`);
    if (units === "required" && expected.unit !== null && given.unit === null)
      return wrong(`no unit where ${expected.unit.name} is expected`);
    const size = a.over < 0n ? negateRational(a) : a;
    const allowed = addRational(tolerance, multiplyRational(relative, size));
    const apart = addRational(b, negateRational(a));
    const distance = apart.over < 0n ? negateRational(apart) : apart;
    return compareRational(distance, allowed) <= 0 ? RIGHT : wrong("another number");
  };
  return {
    kind: "number",
    verify,
    checkGold: (gold) => selfCheck(verify, gold),
    answerKey(answer) {
      const given = read(answer, false);
      return typeof given === "string" ? answer.trim().slice(0, 1000) : rationalText(given.value);
    },
  };
}

function exactDecimal(value: number): Rational {
  return decimalNumber(String(value));
}

/** Both numbers in the gold's unit; nulls where the units say different things. */
function inOneUnit(gold: Measured, answer: Measured): readonly [Rational | null, Rational | null] {
  const [a, b] = [gold.unit, answer.unit];
  if (a === null || b === null || sameUnit(a, b) === true) return [gold.value, answer.value];
  if (a.known === null || b.known === null || a.known.dimension !== b.known.dimension) return [null, null];
  return [gold.value, divideRational(multiplyRational(answer.value, b.known.factor), a.known.factor)];
}

/** The number of a text; why there is none. */
function readNumber(given: string, trusted: boolean): Measured | string {
  const answer = readAnswer(given, trusted);
  if ("reason" in answer) return answer.reason;
  for (const node of answer.readings) {
    const found = measured(labelled(node)?.value ?? node);
    if (found !== null) return found;
  }
  return `${show(answer.raw)} is no single number`;
}

function measured(node: MathNode): Measured | null {
  if (node.kind === "quantity") {
    const inner = measured(node.of);
    return inner === null ? null : { ...inner, unit: node.unit };
  }
  try {
    const value = exactValue(node, new Budget());
    return value === null ? null : { value, unit: null };
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}
