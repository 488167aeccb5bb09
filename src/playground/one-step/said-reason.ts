import { say, type TextName } from "../words/say.ts";

/** What the checker of a tab's task gives as its reason, and how the page says it: `{name}` stands for a number. */
const REASONS: readonly (readonly [RegExp, TextName])[] = [
  [/^makes (?<value>\S+), not (?<target>\S+)$/, "oneStep.reasonMakes"],
  [/^makes (?<value>\S+), and says (?<said>\S+)$/, "oneStep.reasonSays"],
  [/^uses (?<number>\d+) too often$/, "oneStep.reasonTooOften"],
  [/^uses (?<number>\d+), which is not given$/, "oneStep.reasonNotGiven"],
  [/^leaves out (?<numbers>\d+(?:, \d+)*)$/, "oneStep.reasonLeavesOut"],
  [/^unreadable at character (?<place>\d+)$/, "oneStep.reasonUnreadable"],
  [/^ends too early$/, "oneStep.reasonTooEarly"],
  [/^divides by 0$/, "oneStep.reasonByZero"],
  [/^too large$/, "oneStep.reasonTooLarge"],
  [/^nested deeper than (?<depth>\d+)$/, "oneStep.reasonNested"],
  [/^longer than (?<characters>\d+) characters$/, "oneStep.reasonTooLong"],
  [/^cut at the length limit before an answer$/, "oneStep.reasonCut"],
  [/^no <answer>$/, "oneStep.reasonNoAnswer"],
  [/^the answer is not closed$/, "oneStep.reasonOpenAnswer"],
  [/^the thinking is not closed$/, "oneStep.reasonOpenThinking"],
  [/^a tag comes more than once$/, "oneStep.reasonTwice"],
  [/^the answer stands inside or before the thinking$/, "oneStep.reasonInside"],
];

/** A checker's reason in the page's language; as it is where it is of no known kind. */
export function saidReason(reason: string): string {
  for (const [pattern, name] of REASONS) {
    const found = pattern.exec(reason);
    if (found !== null) return say(name, found.groups ?? {});
  }
  return reason;
}

const PARTS: Readonly<Record<string, TextName>> = {
  accuracy: "oneStep.partAccuracy",
  format: "oneStep.partFormat",
  length: "oneStep.partLength",
};

/** What a part of the reward is called. */
export function saidPart(part: string): string {
  const name = PARTS[part];
  return name === undefined ? part : say(name);
}
