/** What a shell would do more with than pass it on. */
const SHELL = /[|&;<>()$`\\*?[\]{}~!#]/;

/**
 * The arguments of a line `npx aha ...`, as a shell would part them.
 *
 * @returns null for every other program, and for lines that only a shell could run
 */
export function commandWords(line: string): readonly string[] | null {
  const words: string[] = [];
  const word = /\s*(?:"([^"$`\\]*)"|'([^']*)'|([^\s"']+))(?=\s|$)/y;
  const trimmed = line.trim();
  while (word.lastIndex < trimmed.length) {
    const found = word.exec(trimmed);
    if (found === null) return null;
    const [, double, single, bare] = found;
    if (bare !== undefined && SHELL.test(bare)) return null;
    words.push(double ?? single ?? bare!);
  }
  const [npx, aha, ...rest] = words;
  return npx === "npx" && aha === "aha" && rest.length > 0 ? rest : null;
}
