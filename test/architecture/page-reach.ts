import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { sourceFacts } from "./source-file.ts";

/**
 * The `node:` modules that a page's modules reach, each with the chain of imports that leads to it. A module with a
 * browser's half (`x.browser.ts`) is that one; what is imported as a type alone isn't reached.
 *
 * @param src the folder of the sources
 * @param entries paths below it
 */
export function nodeModulesReached(src: string, entries: readonly string[]): string[] {
  const reachedBy = new Map<string, string | null>(entries.map((entry) => [entry, null]));
  const found: string[] = [];
  const chain = (path: string): string => {
    const from = reachedBy.get(path) ?? null;
    return from === null ? path : `${path} <- ${chain(from)}`;
  };
  for (const path of reachedBy.keys()) {
    const half = path.replace(/\.ts$/, ".browser.ts");
    const file = !path.endsWith(".browser.ts") && path.endsWith(".ts") && existsSync(`${src}/${half}`) ? half : path;
    for (const { specifier, typeOnly } of sourceFacts(file, readFileSync(`${src}/${file}`, "utf8")).imports) {
      if (typeOnly) continue;
      if (specifier.startsWith("node:")) found.push(`${specifier} <- ${chain(path)}`);
      const target = posix.join(posix.dirname(path), specifier);
      if (specifier.startsWith(".") && /\.tsx?$/.test(target) && !reachedBy.has(target)) reachedBy.set(target, path);
    }
  }
  return found;
}
