const SMALL: readonly string[] =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS: readonly string[] = ",,twenty,thirty,forty,fifty,sixty,seventy,eighty,ninety".split(",");

/** A number from 0 to 999 in English words: `three hundred and forty-two`. */
export function englishNumber(value: number): string {
  if (value < 20) return SMALL[value]!;
  if (value < 100) return `${TENS[Math.floor(value / 10)]!}${value % 10 === 0 ? "" : `-${SMALL[value % 10]!}`}`;
  return `${SMALL[Math.floor(value / 100)]!} hundred${value % 100 === 0 ? "" : ` and ${englishNumber(value % 100)}`}`;
}
