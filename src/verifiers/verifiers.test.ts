import { describe, expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import type { VerdictKind } from "../records/verdict.ts";
import { VERIFIER_KINDS, type AnswerVerifier } from "./answer-verifier.ts";
import { choiceVerifier } from "./choice-verifier.ts";
import { createVerifier } from "./create-verifier.ts";
import { jsonVerifier, readSchema } from "./json-verifier.ts";
import { mathsVerifier } from "./maths/maths-verifier.ts";
import { numberVerifier } from "./number-verifier.ts";
import { regexVerifier } from "./regex-verifier.ts";
import { exactVerifier, textVerifier } from "./text-verifier.ts";

type Row = readonly [gold: string, answer: string, kind: VerdictKind];

function holds(verifier: AnswerVerifier, rows: readonly Row[]): void {
  test.each(rows)("%j, %j: %s", (gold, answer, kind) => {
    expect(verifier.verify(gold, answer).kind).toBe(kind);
  });
}

describe("exact", () => {
  holds(exactVerifier(), [
    ["Paris", " Paris\n", "right"],
    ["Paris", "paris", "wrong"],
    ["Paris", "", "wrong"],
    ["", "Paris", "unverifiable"],
  ]);
});

describe("text", () => {
  holds(textVerifier(), [
    ["The Eiffel Tower", "eiffel tower.", "right"],
    ["well-known", "well known", "right"],
    ["don't", "DON'T!", "right"],
    ["ﬁne", "fine", "right"],
    ["Zürich", "zürich", "right"],
    ["Zürich", "Zurich", "wrong"],
    ["-5", "5", "wrong"],
    ["2.5", "25", "wrong"],
    ["1/2", "12", "wrong"],
    ["50%", "50", "wrong"],
    ["the", "a", "wrong"],
    ["x", "x or y", "wrong"],
  ]);
  test("case, punctuation and articles count where they are asked for", () => {
    expect(textVerifier({ caseSensitive: true }).verify("Paris", "paris").kind).toBe("wrong");
    expect(textVerifier({ punctuation: true }).verify("Paris", "Paris.").kind).toBe("wrong");
    expect(textVerifier({ articles: true }).verify("the end", "end").kind).toBe("wrong");
  });
  test("a vote counts equal texts together", () => {
    const { answerKey } = textVerifier();
    expect(answerKey("The  END.")).toBe(answerKey("end"));
  });
});

describe("number", () => {
  holds(numberVerifier(), [
    ["1234", "1,234", "right"],
    ["1234", "$1,234.00", "right"],
    ["1234", "１２３４", "right"],
    ["-5", "−5", "right"],
    ["1234", "**1234**", "right"],
    ["1234", "= 1234", "right"],
    ["1234", "1234 apples", "right"],
    ["1234", "\\boxed{1234}", "right"],
    ["0.3", "3/10", "right"],
    ["0.5", "50%", "right"],
    ["2 m", "200 cm", "right"],
    ["2 m", "2 cm", "wrong"],
    ["2 m", "2 kg", "unverifiable"],
    ["5", "5 or 6", "wrong"],
    ["5", "five", "wrong"],
    ["5", "x", "wrong"],
    ["5", "", "wrong"],
    ["five", "5", "unverifiable"],
    ["3.14", "3.1416", "wrong"],
  ]);
  test("a tolerance is exact, absolute or a share of the gold", () => {
    expect(numberVerifier({ tolerance: 0.1 }).verify("0.3", "0.4").kind).toBe("right");
    expect(numberVerifier({ tolerance: 0.1 }).verify("0.3", "0.40001").kind).toBe("wrong");
    expect(numberVerifier({ relativeTolerance: 0.01 }).verify("-200", "-202").kind).toBe("right");
    expect(numberVerifier({ relativeTolerance: 0.01 }).verify("-200", "-202.1").kind).toBe("wrong");
  });
  test("units are left aside, compared or asked for", () => {
    expect(numberVerifier({ units: "ignored" }).verify("2 m", "2 kg").kind).toBe("right");
    expect(numberVerifier({ units: "required" }).verify("2 m", "2").kind).toBe("wrong");
    expect(numberVerifier().verify("2 m", "2").kind).toBe("right");
  });
  test("a decimal comma is read where it is said", () => {
    expect(numberVerifier({ decimalComma: true }).verify("3.14", "3,14").kind).toBe("right");
    expect(numberVerifier().verify("3.14", "3,14").kind).not.toBe("right");
  });
  test("a vote counts equal numbers together", () => {
    const { answerKey } = numberVerifier();
    expect(new Set(["3.50", "7/2", "\\boxed{3.5}"].map(answerKey))).toEqual(new Set(["3.5"]));
  });
  test("options that can't be are refused", () => {
    expect(() => numberVerifier({ tolerance: -1 })).toThrow(OptionError);
    expect(() => numberVerifier({ units: "maybe" as "ignored" })).toThrow(/Expected `units`/);
  });
});

describe("maths", () => {
  test("says why, and what of the gold can't be read", () => {
    expect(mathsVerifier().verify("1/2", "\\boxed{0.6}")).toEqual({ kind: "wrong", reason: "another number" });
    expect(mathsVerifier().verify("\\frac{1}{", "1")).toMatchObject({
      kind: "unverifiable",
      reason: expect.stringContaining("gold") as string,
    });
    expect(mathsVerifier().checkGold("\\foo{1}")).toMatch(/the gold can't be read: the command \\foo isn't known/);
    expect(mathsVerifier().checkGold("\\frac{1}{2}")).toBeNull();
  });
  test("a decimal comma is read where it is said", () => {
    expect(mathsVerifier({ decimalComma: true }).verify("3.14", "3,14").kind).toBe("right");
    expect(mathsVerifier().verify("3.14", "3,14").kind).toBe("unverifiable");
  });
  test("a vote counts equal values together", () => {
    const { answerKey } = mathsVerifier();
    expect(new Set(["\\boxed{\\frac{1}{2}}", "0.5", "x = \\dfrac12", "2/4"].map(answerKey))).toEqual(new Set(["0.5"]));
    expect(answerKey("\\boxed{x + 1}")).toBe(answerKey("$x+1$"));
  });
});

describe("choice", () => {
  holds(choiceVerifier({ choices: 5 }), [
    ["B", "B", "right"],
    ["B", "(b)", "right"],
    ["B", "b.", "right"],
    ["B", "**B**", "right"],
    ["(B)", "\\boxed{\\text{B}}", "right"],
    ["B", "The answer is B.", "right"],
    ["B", "Option B", "right"],
    ["B", "B) the second", "right"],
    ["B", "(B) 12", "right"],
    ["B", "C", "wrong"],
    ["B", "A, B, C, D", "wrong"],
    ["B", "A or B", "wrong"],
    ["B", "(B) or (C)", "wrong"],
    ["B", "\\boxed{A} \\boxed{B}", "wrong"],
    ["B", "Because", "wrong"],
    ["B", "", "wrong"],
    ["F", "F", "unverifiable"],
    ["the second", "B", "unverifiable"],
  ]);
});

describe("regex", () => {
  holds(regexVerifier(), [
    ["[a-z]+\\d", "abc1", "right"],
    ["[a-z]+\\d", "abc1 and more", "wrong"],
    ["(a+)+b", "a".repeat(50_000), "wrong"],
    ["(a*)*c|(x+x+)+y", "x".repeat(50_000), "wrong"],
    ["(?=a)b", "b", "unverifiable"],
    ["(a)\\1", "aa", "unverifiable"],
    ["(", "(", "unverifiable"],
    ["a".repeat(2000), "a", "unverifiable"],
    ["((a{100}){100}){100}", "a", "unverifiable"],
  ]);
  test("is found anywhere, and without case, where it is said", () => {
    expect(regexVerifier({ anywhere: true }).verify("b+", "abbc").kind).toBe("right");
    expect(regexVerifier({ ignoreCase: true }).verify("b+", "BB").kind).toBe("right");
    expect(regexVerifier().checkGold("(?=a)")).toMatch(/no back references and no look-around/);
  });
});

describe("json", () => {
  const schema = {
    type: "object",
    properties: { name: { type: "string", pattern: "^[A-Z]" }, age: { type: "integer", minimum: 0 } },
    required: ["name", "age"],
    additionalProperties: false,
  };
  const gold = '{"name": "Ada", "age": 36}';
  holds(jsonVerifier({ schema }), [
    [gold, '{"age":36,"name":"Ada"}', "right"],
    [gold, '```json\n{"age": 36.0, "name": "Ada"}\n```', "right"],
    [gold, 'Here it is:\n```\n{"age": 36, "name": "Ada"}\n```\nDone.', "right"],
    [gold, '{"age":37,"name":"Ada"}', "wrong"],
    [gold, '{"age":"36","name":"Ada"}', "wrong"],
    [gold, '{"age":36,"name":"ada"}', "wrong"],
    [gold, '{"age":36,"name":"Ada","more":1}', "wrong"],
    [gold, "{name: 'Ada'}", "wrong"],
    [gold, '```\n{"age":1}\n``` or ```\n{"age":2}\n```', "wrong"],
    [gold, "[".repeat(100_000), "wrong"],
    ["", '{"age":1,"name":"Bob"}', "right"],
    ["", '{"age":-1,"name":"Bob"}', "wrong"],
    ["{}", gold, "unverifiable"],
  ]);
  test("fields that are right count as a part, fields too many against it", () => {
    const verifier = jsonVerifier({ partial: true });
    expect(verifier.verify('{"a":1,"b":2}', '{"a":1,"b":3}')).toEqual({
      kind: "partly",
      score: 0.5,
      reason: '1 of 2 fields differ: "b"',
    });
    expect(verifier.verify('{"a":1,"b":2}', '{"a":1,"b":2,"c":3,"d":4}')).toMatchObject({ score: 0.5 });
    expect(verifier.verify('{"a":1}', '{"a":2}').kind).toBe("wrong");
    expect(verifier.verify('{"a":[1,2]}', '{"a":[2,1]}').kind).toBe("wrong");
  });
  test("the schema's reason names the place", () => {
    expect(jsonVerifier({ schema }).verify("", '{"age":-1,"name":"Bob"}')).toEqual({
      kind: "wrong",
      reason: "it doesn't fit the schema: /age must be >= 0",
    });
  });
  test.each<readonly [string, unknown]>([
    ["a text", "object"],
    ["a list", []],
    ["another type", { type: "thing" }],
    ["a reference elsewhere", { $ref: "https://example.com/schema.json" }],
    ["a reference into what is no schema", { $ref: "#/x/y", x: { y: {} } }],
    ["a pattern that only backtracking can search", { pattern: "(a)\\1" }],
    ["an identifier in a part", { properties: { a: { $id: "b" } } }],
    ["too many parts", { allOf: Array.from({ length: 3000 }, () => ({})) }],
  ])("a schema that is %s is refused", (_name, bad) => {
    expect(() => jsonVerifier({ schema: bad })).toThrow(OptionError);
  });
  test.each<readonly [string, unknown]>([
    ["goes round", { $ref: "#" }],
    ["doubles at each level", doubling(40)],
    [
      "doubles with each list",
      {
        $defs: { a: { anyOf: [{ items: { $ref: "#/$defs/a" } }, { items: { $ref: "#/$defs/a" }, not: {} }] } },
        allOf: [{ $ref: "#/$defs/a" }, { type: "string" }],
      },
    ],
    [
      "has a pattern that explodes",
      { type: "array", items: { type: "string", pattern: "^(([a-z])+.)+[A-Z]([a-z])+$" } },
    ],
  ])("a schema that %s is answered within bounds", (_name, schema_) => {
    const verifier = jsonVerifier({ schema: schema_ });
    const start = performance.now();
    const nested = `${"[".repeat(40)}${JSON.stringify("a".repeat(20_000))}${"]".repeat(40)}`;
    expect(verifier.verify("", nested).kind).not.toBe("right");
    expect(performance.now() - start).toBeLessThan(2000);
  });
  test("a schema's text must be JSON", () => {
    expect(readSchema('{"type":"object"}')).toEqual({ type: "object" });
    expect(() => readSchema("type: object")).toThrow(/Expected the schema to be JSON/);
  });
});

/** Each part asks for the next one twice. */
function doubling(parts: number): object {
  const names = Array.from({ length: parts }, (_, i) => `p${i}`);
  const $defs = Object.fromEntries(
    names.map((name, i) => {
      const next = { $ref: `#/$defs/p${i + 1}` };
      return [name, i + 1 === parts ? { type: "array" } : { allOf: [next, next] }];
    }),
  );
  return { $defs, $ref: "#/$defs/p0" };
}

describe("a verifier by name", () => {
  test.each(VERIFIER_KINDS)("%s", (kind) => {
    expect(createVerifier(kind).kind).toBe(kind);
  });
  test("an unknown kind and an option of another kind are refused", () => {
    expect(() => createVerifier("math")).toThrow(/Expected `kind` to be one of exact, text, number, maths/);
    expect(() => createVerifier("maths", { tolerance: 1 })).toThrow(
      "Expected `tolerance` with the kind number, got maths.",
    );
    expect(() => createVerifier("maths", { nothing: 1 } as object)).toThrow(/no kind has/);
  });
});
