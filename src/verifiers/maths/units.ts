import { compareRational, integerPower, multiplyRational, ONE, rational, type Rational } from "./rational.ts";

/** A unit behind a number. */
export interface Unit {
  /** As it was written, cleaned. */
  readonly name: string;
  /** Powers of base units by name and the factor to them; null for a word that isn't known. */
  readonly known: { readonly dimension: string; readonly factor: Rational } | null;
}

type Known = readonly [base: string, over: number, under?: number];

/** Each with its base unit and how much of it it is. */
const UNITS: Readonly<Record<string, Known>> = {
  m: ["metre", 1],
  meter: ["metre", 1],
  metre: ["metre", 1],
  cm: ["metre", 1, 100],
  centimeter: ["metre", 1, 100],
  centimetre: ["metre", 1, 100],
  mm: ["metre", 1, 1000],
  millimeter: ["metre", 1, 1000],
  millimetre: ["metre", 1, 1000],
  dm: ["metre", 1, 10],
  km: ["metre", 1000],
  kilometer: ["metre", 1000],
  kilometre: ["metre", 1000],
  inch: ["foot", 1, 12],
  inches: ["foot", 1, 12],
  ft: ["foot", 1],
  foot: ["foot", 1],
  feet: ["foot", 1],
  yd: ["foot", 3],
  yard: ["foot", 3],
  mile: ["foot", 5280],
  mi: ["foot", 5280],
  g: ["gram", 1],
  gram: ["gram", 1],
  kg: ["gram", 1000],
  kilogram: ["gram", 1000],
  mg: ["gram", 1, 1000],
  lb: ["pound", 1],
  lbs: ["pound", 1],
  ounce: ["pound", 1, 16],
  oz: ["pound", 1, 16],
  s: ["second", 1],
  sec: ["second", 1],
  second: ["second", 1],
  min: ["second", 60],
  minute: ["second", 60],
  h: ["second", 3600],
  hr: ["second", 3600],
  hrs: ["second", 3600],
  hour: ["second", 3600],
  day: ["second", 86_400],
  week: ["second", 604_800],
  month: ["month", 1],
  year: ["month", 12],
  liter: ["litre", 1],
  litre: ["litre", 1],
  l: ["litre", 1],
  ml: ["litre", 1, 1000],
  gallon: ["gallon", 1],
  quart: ["gallon", 1, 4],
  dollar: ["dollar", 1],
  usd: ["dollar", 1],
  cent: ["dollar", 1, 100],
  euro: ["euro", 1],
  eur: ["euro", 1],
  yuan: ["yuan", 1],
  yen: ["yen", 1],
  rupee: ["rupee", 1],
  pound: ["pound", 1],
  newton: ["newton", 1],
  n: ["newton", 1],
  joule: ["joule", 1],
  j: ["joule", 1],
  kj: ["joule", 1000],
  watt: ["watt", 1],
  w: ["watt", 1],
  kw: ["watt", 1000],
  volt: ["volt", 1],
  hz: ["hertz", 1],
  pa: ["pascal", 1],
  radian: ["radian", 1],
  rad: ["radian", 1],
  mph: ["mph", 1],
  kph: ["kph", 1],
  mol: ["mole", 1],
};

/** Letters alone that are units where what stands before them is a number; others are names of unknowns. */
const LETTERS: ReadonlySet<string> = new Set(["m", "g", "s", "h", "L", "l", "N", "J", "W", "V", "K"]);

/** Runs of letters that may be a unit or a product of unknowns. */
const RUNS: ReadonlySet<string> = new Set(
  (
    "cm mm dm km kg mg ft in yd mi lb lbs oz sec min hr hrs mL ml mph kph rad mol kJ kW Hz Pa day pct deg sq cu USD " +
    "EUR"
  ).split(" "),
);

/** Words that make what stands before them something else than a number with a unit. */
const NO_UNIT = new RegExp(
  `^(${[
    "or|and|not|no|maybe|perhaps|possibly|probably|if|when|where|for|is|are|was|but|except|unless|else|either|neither",
    "nor|plus|minus|times|over|wrong|right|false|true|with|without|than|then|so|about|approximately|roughly|around",
    "to|from|between|until|more|less|least|most|at|mod|modulo|divided|squared root|half|third|quarter",
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty",
    "the|this|that|can|could|cannot|may|might|should|would|will|also|just|only|actually|wait|instead|by|choose|root",
  ].join("|")})$`,
);

/** How much a word multiplies what stands before it. */
export const MULTIPLIERS: Readonly<Record<string, bigint>> = {
  dozen: 12n,
  hundred: 100n,
  thousand: 1000n,
  million: 1_000_000n,
  billion: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
};

export function isUnitLetter(letter: string): boolean {
  return LETTERS.has(letter);
}

export function isUnitRun(run: string): boolean {
  return RUNS.has(run);
}

/** A part of a unit: a word with its power. */
export interface UnitPart {
  readonly word: string;
  readonly power: number;
}

function lookUp(word: string): Known | null {
  for (const form of [word, word.toLowerCase(), word.toLowerCase().replace(/(?<=..)s$/, "")])
    if (Object.hasOwn(UNITS, form)) return UNITS[form]!;
  return null;
}

/** Words of a unit may be many (`cups of flour`), but not any. */
const MOST_WORDS = 4;

/** What words behind a number mean; null where they are no unit. */
export function unitOf(parts: readonly UnitPart[]): Unit | null {
  const words = parts.filter(({ word }) => !/^(units?|sq|square|cubic|cu|of|per|each)$/.test(word));
  if (parts.length === 0 || parts.length > MOST_WORDS * 2 || words.length > MOST_WORDS) return null;
  if (parts.some(({ word }) => NO_UNIT.test(word.toLowerCase()))) return null;
  // "in" is an inch, but before another word.
  if (parts.slice(0, -1).some(({ word }) => word === "in")) return null;
  const name = parts.map(({ word, power }) => `${word}${power === 1 ? "" : `^${power}`}`).join(" ");
  const powers = new Map<string, number>();
  let factor = ONE;
  let next = 1;
  for (const { word, power } of parts) {
    if (/^(sq|square|cubic|cu)$/.test(word)) {
      next = word.startsWith("sq") ? 2 : 3;
      continue;
    }
    if (/^units?$/.test(word)) return { name, known: null };
    if (!/^[a-z\u00c0-\u024f'-]+$/i.test(word)) return null;
    const known = lookUp(word);
    if (known === null) return { name, known: null };
    const [base, over, under = 1] = known;
    const whole = power * next;
    next = 1;
    powers.set(base, (powers.get(base) ?? 0) + whole);
    factor = multiplyRational(factor, integerPower(rational(BigInt(over), BigInt(under)), BigInt(whole)));
  }
  const dimension = [...powers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([base, power]) => `${base}^${power}`)
    .join(" ");
  return { name, known: { dimension, factor } };
}

/** Whether two units say the same of a number; null where one isn't known. */
export function sameUnit(a: Unit, b: Unit): boolean | null {
  if (a.known === null || b.known === null) return a.name.toLowerCase() === b.name.toLowerCase() ? true : null;
  return a.known.dimension === b.known.dimension && compareRational(a.known.factor, b.known.factor) === 0;
}
