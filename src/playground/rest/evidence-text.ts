import en from "../words/en.json" with { type: "json" };
import { say, type TextName } from "../words/say.ts";

/** What docs/claims calls the parts of its figures and tables, and the page's text of it. */
const NAMES: ReadonlyMap<string, TextName> = new Map(
  Object.entries(en.evidence).map(([name, text]) => [text, `evidence.${name as keyof typeof en.evidence}`]),
);

/** A word of the claims' report in the reader's language; numbers and names as they are. */
export function evidenceText(text: string): string {
  const name = NAMES.get(text);
  return name === undefined ? text : say(name);
}
