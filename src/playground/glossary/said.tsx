import type { VNode } from "preact";
import type { MarkingOptions } from "../../dashboard/text/glossary/with-terms.ts";
import { Terms } from "../../dashboard/ui/shell/term.tsx";
import { say, type TextName } from "../words/say.ts";

interface SaidProps extends MarkingOptions {
  readonly name: TextName;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** A text of the page with the words of the glossary marked, in the page's language: `say` for paragraphs. */
export function Said({ name, values = {}, ...options }: SaidProps): VNode {
  return <Terms text={say(name, values)} {...options} />;
}
