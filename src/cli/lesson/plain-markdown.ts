import { posix } from "node:path";
import { printable } from "../../text/printable.ts";

/** How Markdown is shown in a terminal. */
export interface PlainMarkdown {
  readonly bold: (text: string) => string;
  /** The folder that links and pictures begin at. */
  readonly folder: string;
  /** A picture in words. */
  readonly picture: (alt: string, file: string) => string;
}

/**
 * Markdown as plain text: headings bold, code indented, links as text with their address, pictures in words, without
 * tags. What a terminal would obey is made visible.
 */
export function plainMarkdown(text: string, shown: PlainMarkdown): string {
  const lines: string[] = [];
  let fence = false;
  for (const line of printable(withoutTags(text)).split("\n")) {
    if (/^\s*```/.test(line)) fence = !fence;
    else if (fence) lines.push(`    ${line}`);
    else lines.push(plainLine(line, shown));
  }
  return lines
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

function withoutTags(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll(/<summary>[\s\S]*?<\/summary>/g, "")
    .replaceAll(/<\/?details[^>]*>/g, "");
}

function plainLine(line: string, shown: PlainMarkdown): string {
  const heading = /^#{1,6} +(.+)/.exec(line)?.[1];
  if (heading !== undefined) return shown.bold(plainWords(heading, { ...shown, bold: (text) => text }));
  return plainWords(line, shown);
}

/** A line without its marks; code in it stays as it is. */
function plainWords(line: string, shown: PlainMarkdown): string {
  return line
    .split(/(`[^`]+`)(?!\]\()/)
    .map((piece, index) => (index % 2 === 1 ? piece : withoutMarks(piece, shown)))
    .join("");
}

function withoutMarks(text: string, { bold, folder, picture }: PlainMarkdown): string {
  return text
    .replaceAll(/!\[([^\]]*)\]\(([^\s)]+)[^)]*\)/g, (_, alt: string, file: string) =>
      picture(alt, placed(file, folder)),
    )
    .replaceAll(/\[([^\]]+)\]\(([^\s)]+)[^)]*\)/g, (_, words: string, address: string) => {
      const to = placed(address, folder);
      return words === address || words === to ? to : `${words} (${to})`;
    })
    .replaceAll(/\*\*([^*]+)\*\*/g, (_, words: string) => bold(words))
    .replaceAll(/(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])/g, "$1");
}

/** An address as a person can open it: a file by its path. */
function placed(address: string, folder: string): string {
  return /^([a-z][a-z0-9+.-]*:|#|\/)/i.test(address) ? address : posix.join(folder, address);
}
