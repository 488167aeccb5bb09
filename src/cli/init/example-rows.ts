/** A row of the data that `aha init` writes. */
export interface ExampleRow {
  readonly question: string;
  readonly answer: string;
}

interface Conversion {
  readonly from: string;
  readonly to: string;
  /** How many of `to` make one of `from`. */
  readonly factor: number;
  readonly amounts: readonly number[];
}

/** Whole numbers all of them: what is learnt is the conversion, and not how decimals are written. */
const CONVERSIONS: readonly Conversion[] = [
  { from: "metres", to: "centimetres", factor: 100, amounts: [2, 3, 5, 8, 12, 15, 20] },
  { from: "kilometres", to: "metres", factor: 1000, amounts: [2, 3, 4, 6, 7, 9, 11] },
  { from: "hours", to: "minutes", factor: 60, amounts: [2, 3, 4, 5, 6, 8, 10] },
  { from: "minutes", to: "seconds", factor: 60, amounts: [2, 3, 5, 7, 9, 11, 12] },
  { from: "days", to: "hours", factor: 24, amounts: [2, 3, 4, 5, 6, 7, 10] },
  { from: "weeks", to: "days", factor: 7, amounts: [2, 3, 4, 5, 6, 8, 9] },
  { from: "kilograms", to: "grams", factor: 1000, amounts: [2, 3, 5, 6, 8, 10, 14] },
  { from: "litres", to: "millilitres", factor: 1000, amounts: [2, 4, 5, 7, 9, 12, 16] },
  { from: "years", to: "months", factor: 12, amounts: [2, 3, 4, 5, 6, 8, 11] },
];

/** Sixty-three conversions of units. */
export function exampleRows(): ExampleRow[] {
  return CONVERSIONS.flatMap(({ from, to, factor, amounts }) =>
    amounts.map((amount) => ({
      question: `How many ${to} are ${amount} ${from}?`,
      answer: String(amount * factor),
    })),
  );
}

/** Turns that show the form of an answer, of questions that none of the rows asks. */
export const EXAMPLE_TURNS: readonly {
  readonly question: string;
  readonly thinking: string;
  readonly answer: string;
}[] = [
  {
    question: "How many millimetres are 4 centimetres?",
    thinking: "One centimetre is 10 millimetres, so 4 * 10 = 40.",
    answer: "40",
  },
  {
    question: "How many grams are 2 tonnes?",
    thinking: "One tonne is 1000000 grams, so 2 * 1000000 = 2000000.",
    answer: "2000000",
  },
];
