import fc from "fast-check";
import { expect, test } from "vitest";
import {
  choiceVerifier,
  exactVerifier,
  EXTRACTOR_NAMES,
  extractor,
  jsonVerifier,
  mathsVerifier,
  numberVerifier,
  regexVerifier,
  textVerifier,
} from "../../src/verifiers/index.ts";

const VERIFIERS = [
  exactVerifier(),
  textVerifier(),
  numberVerifier(),
  mathsVerifier(),
  choiceVerifier(),
  regexVerifier(),
  jsonVerifier({ schema: { type: "object" } }),
];
const maths = mathsVerifier();

/** A number that is no whole one's other reading: 1.5, 22, -3. */
const numeral = fc.oneof(
  fc.integer({ min: 1, max: 999 }).map(String),
  fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 9 })).map(([whole, part]) => `${whole}.${part}`),
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.oneof(numeral, fc.constantFrom("x", "y", "a", "\\pi", "\\sqrt{2}")),
    fc
      .tuple(tie("expression"), fc.constantFrom("+", "-", "\\cdot "), tie("expression"))
      .map(([a, sign, b]) => `(${a}${sign}${b})`),
    fc.tuple(tie("expression"), numeral).map(([a, b]) => `\\frac{${a}}{${b}}`),
    fc.tuple(tie("expression"), fc.integer({ min: 2, max: 3 })).map(([a, power]) => `(${a})^{${power}}`),
    tie("expression").map((a) => `\\sin(${a})`),
    tie("expression").map((a) => `-${a}`),
  ),
}));
const answer = fc.oneof(
  expression,
  fc.array(expression, { minLength: 2, maxLength: 4 }).map((items) => `\\{${items.join(", ")}\\}`),
  fc.array(expression, { minLength: 3, maxLength: 4 }).map((items) => `(${items.join(", ")})`),
  expression.map((value) => `z = ${value}`),
  fc.tuple(fc.integer(), fc.nat(50)).map(([from, more]) => `[${from}, ${from + 1 + more})`),
);

test("every generated answer is right beside itself", () => {
  fc.assert(
    fc.property(answer, (text) => {
      expect(maths.verify(`$${text}$`, `\\boxed{${text}}`)).toEqual({ kind: "right" });
      expect(maths.checkGold(text)).toBeNull();
    }),
  );
});

test("being right doesn't depend on which of two expressions is the gold", () => {
  fc.assert(
    fc.property(expression, expression, (a, b) => {
      // A decimal gold may stand for what rounds to it, which goes one way only.
      fc.pre(!`${a}${b}`.includes("."));
      expect(maths.verify(a, b).kind === "right").toBe(maths.verify(b, a).kind === "right");
    }),
  );
});

test("an answer plus one is another answer", () => {
  fc.assert(
    fc.property(expression, (text) => {
      expect(maths.verify(text, `${text}+1`).kind).not.toBe("right");
      expect(maths.verify(text, `2(${text})+7.3`).kind).not.toBe(
        maths.verify(`${text}+7.3`, "0").kind === "right" ? "none" : "right",
      );
    }),
  );
});

test("a fraction is right as any of its multiples, and wrong as its neighbour", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -999, max: 999 }),
      fc.integer({ min: 1, max: 999 }),
      fc.integer({ min: 1, max: 99 }),
      (over, under, times) => {
        const gold = `\\frac{${over}}{${under}}`;
        expect(maths.verify(gold, `${over * times}/${under * times}`).kind).toBe("right");
        expect(maths.verify(gold, `${over * times + 1}/${under * times}`).kind).toBe("wrong");
      },
    ),
  );
});

test("the order of a set doesn't count, that of a tuple does", () => {
  const items = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 6 });
  fc.assert(
    fc.property(items, (values) => {
      const [there, back] = [values.join(","), [...values].reverse().join(",")];
      expect(maths.verify(`\\{${there}\\}`, `\\{${back}\\}`).kind).toBe("right");
      expect(maths.verify(`(${there})`, `(${back})`).kind).toBe("wrong");
    }),
  );
});

/** Pieces of LaTeX, JSON and tags in any order: nearer to what readers take than any text. */
const PIECES = [
  "\\frac \\boxed{ { } ( ) [ ] \\{ \\} | ^ _ \\sqrt \\sum \\text{ \\begin{pmatrix} \\end{pmatrix} \\\\ & <answer> </answer>",
  '<think> </think> #### ``` json " : , ; $ % ! \\pm \\cup \\in = < or and 1 2.5 x f( \\sin e i \\infty is cm \\not \\circ',
  "\\pmod \\choose - \\mathbb{R} \\setminus \\lfloor \\rfloor \\ldots \\overline{ ' 0 10^ \\cdot / 1,000 \\le the 5",
].flatMap((row) => row.split(" "));
const pieces = fc
  .array(fc.oneof(fc.constantFrom(...PIECES, " ", "\n"), fc.string({ maxLength: 3 })), { maxLength: 40 })
  .map((parts) => parts.join(""));
const anything = fc.oneof(pieces, fc.string({ unit: "binary", maxLength: 60 }), fc.string());

test("no text makes a verifier or an extractor throw", () => {
  fc.assert(
    fc.property(anything, anything, (gold, text) => {
      for (const verifier of VERIFIERS) {
        expect(["right", "wrong", "partly", "unverifiable"]).toContain(verifier.verify(gold, text).kind);
        verifier.checkGold(gold);
        expect(typeof verifier.answerKey(text)).toBe("string");
      }
      for (const name of EXTRACTOR_NAMES) extractor(name).extract(text);
    }),
    { numRuns: 400 },
  );
});

test("a text never earns what its gold says nothing of: an empty answer is never right", () => {
  fc.assert(
    fc.property(anything, (gold) => {
      fc.pre(gold.trim() !== "");
      for (const verifier of VERIFIERS) {
        if (verifier.kind === "regex" || verifier.kind === "json") continue;
        expect(verifier.verify(gold, " ").kind).not.toBe("right");
      }
    }),
  );
});
