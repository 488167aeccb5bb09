/** One word, or some, of one line put differently. */
export interface Mutation {
  /** Place of the line in the function, the first is 0. */
  readonly line: number;
  /** Its words, the indentation left out. */
  readonly right: string;
  readonly wrong: string;
  /** Names the mutation within its function. */
  readonly key: string;
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">"],
  ">": [">=", "<"],
  "<=": ["<", ">"],
  ">=": [">", "<="],
  "==": ["!="],
  "!=": ["=="],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-", "*"],
  "-": ["+"],
  "*": ["+"],
  "%": ["*"],
  "+=": ["-=", "="],
  "-=": ["+="],
  "*=": ["+="],
  and: ["or"],
  or: ["and"],
  "&&": ["||"],
  "||": ["&&"],
  min: ["max"],
  max: ["min"],
  True: ["False"],
  False: ["True"],
  true: ["false"],
  false: ["true"],
};
const JOINS = new Set(["and", "or", "&&", "||"]);

/** Words that stand for variables in the templates. */
const VARIABLES: readonly string[] = "xs ys x n i j a b c total result best word low high gap".split(" ");
/**
 * What a house calls them, in the same places: a name means the same in every function of a house, and nothing in the
 * others, so that a function is read by what its names mean.
 */
const HOUSES: readonly (readonly string[])[] = [
  VARIABLES,
  "items others item k p q u w z acc out top text lo hi jump".split(" "),
  "nums vals v m s t d e f amount found peak name left right diff".split(" "),
];
const NAMES: readonly string[] = HOUSES.flat();

/** In how many ways the variables of a function are called. */
export const NAMINGS: number = HOUSES.length;

/** Every small bug of a function that is made by changing one line. */
export function mutationsOf(source: string): Mutation[] {
  const lines = source.split("\n").map((line) => line.trim().split(" "));
  const variables = [...new Set(lines.flat())].filter((word) => NAMES.includes(word));
  return lines.flatMap((words, line) => {
    if (line === 0) return [];
    const right = words.join(" ");
    const wrongs = new Set([
      ...words.flatMap((_, place) => replacements(words, place, variables).map((by) => put(words, place, by))),
      ...swaps(words),
      ...missingCases(words),
    ]);
    wrongs.delete(right);
    return [...wrongs].map((wrong) => ({ line, right, wrong, key: `${line}:${wrong}` }));
  });
}

function put(words: readonly string[], place: number, by: string): string {
  return words.with(place, by).join(" ");
}

/** Another operator, a constant that is off, a wrong variable. */
function replacements(words: readonly string[], place: number, variables: readonly string[]): string[] {
  const word = words[place]!;
  if (Object.hasOwn(OPERATORS, word)) return [...OPERATORS[word]!];
  if (/^\d+$/.test(word)) return numbers(Number(word)).map(String);
  // What a loop or a declaration names is used further down: it wouldn't be one bug.
  const isNamed = ["for", "const", "let"].includes(words[place - 1] ?? "") || words[place + 1] === "in";
  if (!NAMES.includes(word) || isNamed) return [];
  return variables.filter((other) => other !== word);
}

function numbers(value: number): number[] {
  return [value + 1, value - 1, ...(value > 2 ? [2] : [])].filter((other) => other >= 0);
}

/** `f ( a , b )` with its arguments swapped. */
function swaps(words: readonly string[]): string[] {
  return words.flatMap((word, place) => {
    const [open, first, , second, close] = words.slice(place - 2, place + 3);
    if (word !== "," || open !== "(" || close !== ")") return [];
    return [
      words
        .with(place - 1, second!)
        .with(place + 1, first!)
        .join(" "),
    ];
  });
}

/** A condition without its last or its first part. */
function missingCases(words: readonly string[]): string[] {
  const places = words.flatMap((word, place) => (JOINS.has(word) ? [place] : []));
  if (places.length === 0) return [];
  if (words[0] !== "if") return [];
  const begin = words[1] === "(" ? 2 : 1;
  const end = words.at(-1) === ":" ? words.length - 1 : words.length - 2;
  return [
    [...words.slice(0, places.at(-1)), ...words.slice(end)].join(" "),
    [...words.slice(0, begin), ...words.slice(places[0]! + 1)].join(" "),
  ];
}

/** The names of a function's variables in one house; the first one's are those of its template. */
export function namingOf(source: string, house: number): ReadonlyMap<string, string> {
  const words = new Set(source.split(/\s+/));
  return new Map(
    VARIABLES.flatMap((variable, place) => (words.has(variable) ? [[variable, HOUSES[house]![place]!] as const] : [])),
  );
}

export function renamed(text: string, names: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\S+/g, (word) => names.get(word) ?? word);
}
