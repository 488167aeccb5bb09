/** A piece of code in a document that the tests execute. */
export interface Snippet {
  readonly language: "sh" | "ts";
  readonly code: string;
  /** Line of its first line of code. */
  readonly line: number;
  /** Flags that the tests add to every `aha` command, to make it small. */
  readonly add: string;
}

/**
 * The runnable snippets of a Markdown text, in order. The word `runnable` after the language marks them, and
 * `add="--steps 1"` gives the flags that the tests add:
 *
 *     ```sh runnable add="--steps 1"
 */
export function snippetsOf(markdown: string): Snippet[] {
  const snippets: Snippet[] = [];
  let open: { language: string; words: string; line: number; code: string[]; fence: string } | null = null;
  for (const [i, line] of markdown.split("\n").entries()) {
    const mark = /^\s*(`{3,})\s*(\w*)(.*)$/.exec(line);
    if (open === null) {
      if (mark !== null)
        open = { fence: mark[1] ?? "", language: mark[2] ?? "", words: mark[3] ?? "", line: i + 2, code: [] };
    } else if (mark !== null && mark[1] === open.fence && mark[2] === "" && (mark[3] ?? "").trim() === "") {
      const { language, words } = open;
      if (/(^|\s)runnable(\s|$)/.test(words)) {
        if (language !== "sh" && language !== "ts")
          throw new Error(`Line ${open.line - 1}: a runnable snippet is sh or ts, not ${language}.`);
        snippets.push({
          language,
          code: open.code.join("\n"),
          line: open.line,
          add: /add="([^"]*)"/.exec(words)?.[1] ?? "",
        });
      }
      open = null;
    } else {
      open.code.push(line);
    }
  }
  if (open !== null) throw new Error(`Line ${open.line - 1}: a code block has no end.`);
  return snippets;
}

/** The code with the added flags at the end of every `aha` command, before a comment, pipe or redirection. */
export function withAddedFlags({ code, add }: Snippet): string {
  if (add === "") return code;
  return code.replace(/^(\s*(?:npx )?aha [^#|>\n]*?)(\s*(?:[#|>].*)?)$/gm, `$1 ${add}$2`);
}
