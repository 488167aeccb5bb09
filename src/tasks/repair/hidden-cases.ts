import { RandomStream, randomKey, splitKey } from "../../random.ts";
import type { CodeCall } from "../../records/execution.ts";
import type { ArgumentKind, RepairTemplate } from "./templates.ts";

const CASES = 16;
const KEY = splitKey(randomKey(0), "repair");

const YEARS: readonly number[] = [1900, 2000, 2001, 2004, 2100, 1996, 2400, 1999, 400, 100, 2023, 1600];
const WORDS: readonly string[] = ["", "a", "level", "noon", "abca", "queue", "abba", "ax", "sky", "oasis", "abcba"];

/** The hidden tests of a function: arguments, and what its twin gives for them. */
export function hiddenCases(template: RepairTemplate): CodeCall[] {
  const random = new RandomStream(splitKey(KEY, "cases", template.name));
  return Array.from({ length: CASES }, (_, place) => {
    const args = template.takes.map((kind) => argument(kind, place, random));
    return { args, result: template.twin(...(structuredClone(args) as never[])) };
  });
}

function argument(kind: ArgumentKind, place: number, random: RandomStream): unknown {
  switch (kind) {
    case "natural":
      // The first ones are all there, as bugs at an edge show at the edge.
      return place < 10 ? place : random.integer(10);
    case "size":
      return 1 + random.integer(6);
    case "signed":
      return random.integer(19) - 9;
    case "year":
      return YEARS[place % YEARS.length];
    case "naturals":
      return list(random, () => random.integer(6));
    case "signeds":
      return list(random, () => random.integer(19) - 9);
    case "word":
      return WORDS[place % WORDS.length];
  }
}

function list(random: RandomStream, next: () => number): number[] {
  return Array.from({ length: 1 + random.integer(6) }, next);
}
