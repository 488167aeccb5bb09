/**
 * Whether a path fits a pattern: `*` and `?` stand for what has no slash, `**` for any folders. Takes time in
 * proportion to the lengths of both, whatever a stranger's pattern is.
 */
export function fitsPattern(path: string, pattern: string): boolean {
  const wanted = pattern.split("/").filter((part) => part !== "" && part !== ".");
  return fits(path.split("/"), wanted, { any: "**", one: fitsName });
}

function fitsName(name: string, pattern: string): boolean {
  return fits(name.split(""), pattern.split(""), {
    any: "*",
    one: (unit, wanted) => wanted === "?" || unit === wanted,
  });
}

interface Matching {
  /** What stands for any number of items. */
  readonly any: string;
  one(item: string, wanted: string): boolean;
}

function fits(items: readonly string[], pattern: readonly string[], { any, one }: Matching): boolean {
  let [item, at, resume, star] = [0, 0, 0, -1];
  while (item < items.length) {
    if (pattern[at] === any) {
      star = at++;
      resume = item;
    } else if (at < pattern.length && one(items[item]!, pattern[at]!)) {
      item++;
      at++;
    } else if (star >= 0) {
      // The last star takes one more; earlier ones need not be tried again.
      at = star + 1;
      item = ++resume;
    } else return false;
  }
  while (pattern[at] === any) at++;
  return at === pattern.length;
}
