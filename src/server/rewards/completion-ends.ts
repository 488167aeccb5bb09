/** End tokens as models write them out, where an engine doesn't leave them away. */
const KNOWN_ENDS: readonly string[] = [
  "<eos>",
  "</s>",
  "<|im_end|>",
  "<|endoftext|>",
  "<|eot_id|>",
  "<|end_of_text|>",
  "<|end|>",
  "<|return|>",
  "<end_of_turn>",
  "<｜end▁of▁sentence｜>",
  "<pad>",
];
/** End tokens in a row: the end itself, and what a batch was filled up with. */
const MOST_ENDS = 10_000;
/** Characters at the end of a prompt by which it is found where its beginning was cut or decoded otherwise. */
const TAIL = 64;

/** A completion without its end token. */
export interface EndedText {
  readonly text: string;
  /** Whether an end token stood there. */
  readonly ended: boolean;
}

/**
 * Takes end tokens away from the end of a text.
 *
 * @param own the model's own end token; the usual ones where it is empty
 */
export function withoutEnds(text: string, own: string): EndedText {
  const ends = own === "" ? KNOWN_ENDS : [own, "<pad>"];
  let rest = text;
  for (let i = 0; i < MOST_ENDS; i++) {
    const end = ends.find((known) => rest.endsWith(known));
    if (end === undefined) break;
    rest = rest.slice(0, -end.length);
  }
  return { text: rest, ended: rest.length < text.length };
}

/** What follows a prompt in a text that holds both; null where the prompt isn't found in it. */
export function afterPrompt(query: string, prompt: string): string | null {
  if (query.startsWith(prompt)) return query.slice(prompt.length);
  // A decoder may drop a space before the first word, or write a token out that begins every text.
  const shown = prompt.trimStart();
  if (shown === "") return null;
  const whole = query.indexOf(shown);
  if (whole >= 0) return query.slice(whole + shown.length);
  // An engine may drop the beginning of a long prompt: its end is the last that can be the prompt's.
  const tail = shown.slice(-TAIL);
  const last = query.lastIndexOf(tail, shown.length - tail.length);
  const at = last < 0 ? query.indexOf(tail) : last;
  return at < 0 ? null : query.slice(at + tail.length);
}
