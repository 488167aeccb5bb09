const MOST_DEPTH = 64;
const MOST_CONTAINERS = 2 ** 20;
const [QUOTE, BACKSLASH, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d];

/** What a foreign text holds; where it isn't taken, what was expected and what came, in the words of an error. */
export type ForeignJson = { readonly value: unknown; readonly expected?: never } | NotTaken;

export interface NotTaken {
  readonly value?: never;
  readonly expected: string;
  /** Null for what is no JSON at all: the text itself says it best. */
  readonly got: string | null;
}

/**
 * The value of a JSON text that nobody here wrote; never throws. How deep it nests and how many objects it holds is
 * counted
 * first: `[[[[` costs fifty times its size in memory when it is parsed, and whoever walks what came out falls over it.
 *
 * @param source a text, or its bytes in UTF-8
 * @param mostContainers lists and objects that it may hold
 * @param mostDepth levels of them
 */
export function foreignJson(
  source: string | Uint8Array,
  mostContainers: number = MOST_CONTAINERS,
  mostDepth: number = MOST_DEPTH,
): ForeignJson {
  const { depth, containers } = measure(source);
  if (depth > mostDepth || containers > mostContainers) {
    return {
      expected: `JSON of at most ${mostDepth} levels and ${mostContainers} objects`,
      got: `${depth} and ${containers}`,
    };
  }
  try {
    const text = typeof source === "string" ? source : new TextDecoder("utf-8", { fatal: true }).decode(source);
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { expected: "JSON", got: null };
  }
}

/** Counts brackets outside of texts, which is exact for what is JSON. */
function measure(source: string | Uint8Array): { readonly depth: number; readonly containers: number } {
  const at = typeof source === "string" ? (i: number) => source.charCodeAt(i) : (i: number) => source[i]!;
  let [deepest, depth, containers] = [0, 0, 0];
  for (let i = 0; i < source.length; i++) {
    const unit = at(i);
    if (unit === QUOTE) i = endOfText(source, at, i);
    else if (unit === OPEN_LIST || unit === OPEN_OBJECT) {
      containers++;
      deepest = Math.max(deepest, ++depth);
    } else if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) depth--;
  }
  return { depth: deepest, containers };
}

/** Where the text that begins at a quote ends: at the next quote that no backslash makes a part of it. */
function endOfText(source: string | Uint8Array, at: (i: number) => number, start: number): number {
  for (let from = start + 1; ;) {
    const end = typeof source === "string" ? source.indexOf('"', from) : source.indexOf(QUOTE, from);
    if (end < 0) return source.length;
    let before = end;
    while (at(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end;
    from = end + 1;
  }
}
