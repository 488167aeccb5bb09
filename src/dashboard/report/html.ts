import { escapeMarkup } from "../../text/escape-markup.ts";
import { visibleParts } from "../../text/visible-text.ts";

/** A piece of HTML that may stand in a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/**
 * HTML from a template: what is put in is text, whoever wrote it, unless it is Html already. Characters that a page
 * would obey or not show are replaced by their pictures or numbers.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.map((part, i) => part + valueText(values[i])).join(""));
}

function valueText(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(valueText).join("");
  return escapeMarkup(
    visibleParts(String(value))
      .map((part) => ("text" in part ? part.text : part.control))
      .join(""),
  );
}
