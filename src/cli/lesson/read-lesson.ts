import { OptionError } from "../../errors.ts";

/** The parts of a lesson in their order, with the headings that they have in English and in Chinese. */
export const LESSON_PARTS = {
  know: ["What you will know", "你会知道什么"],
  predict: ["Predict", "先预测"],
  do: ["Do", "动手"],
  see: ["See", "看"],
  answer: ["Answer", "答案"],
  paper: ["What the paper says", "论文怎么说"],
  questions: ["Questions", "问题"],
} as const;

export type LessonPart = keyof typeof LESSON_PARTS;

const PARTS = Object.keys(LESSON_PARTS) as readonly LessonPart[];

/** A section as it is written: its heading, and the Markdown below it. */
export interface LessonSection {
  readonly heading: string;
  readonly text: string;
}

export interface Lesson {
  readonly title: string;
  /** The paragraph below the title. */
  readonly introduction: string;
  readonly parts: Readonly<Record<LessonPart, LessonSection>>;
}

/** What stands in `## Do`: Markdown, or a command of a lesson's block. */
export type LessonDoing =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "command"; readonly line: string };

/** The title alone. @throws OptionError where the text doesn't begin with one */
export function lessonTitle(text: string, file: string): string {
  const heading = /^\uFEFF?\s*# +(.+)/.exec(text)?.[1]?.trim();
  if (heading === undefined) throw new OptionError(`Expected ${file} to begin with \`# Lesson N: Title\`.`);
  return heading.replace(/^(Lesson \d+|第\s*\S+?\s*课)\s*[:：]\s*/, "");
}

/**
 * Reads a lesson.
 *
 * @param file its name, for errors
 * @throws OptionError for the first section that is missing, stands elsewhere, or is empty
 */
export function readLesson(text: string, file: string): Lesson {
  const title = lessonTitle(text, file);
  const [introduction, ...sections] = sectionsOf(text);
  const parts: Partial<Record<LessonPart, LessonSection>> = {};
  for (const [index, part] of PARTS.entries()) {
    const section = sections[index];
    const headings: readonly string[] = LESSON_PARTS[part];
    if (section === undefined || !headings.includes(section.heading)) {
      const got = section === undefined ? "the end" : `\`## ${section.heading}\``;
      throw new OptionError(`Expected the section \`## ${headings.join("` or `## ")}\` in ${file}, got ${got}.`);
    }
    if (section.text === "") throw new OptionError(`Expected words below \`## ${section.heading}\` in ${file}.`);
    parts[part] = section;
  }
  const more = sections[PARTS.length];
  if (more !== undefined)
    throw new OptionError(
      `Expected \`## ${sections[PARTS.length - 1]!.heading}\` to end ${file}, got \`## ${more.heading}\`.`,
    );
  return { title, introduction: introduction!.text, parts: parts as Record<LessonPart, LessonSection> };
}

/** What stands before the first heading of level 2, then the sections; headings in code are code. */
function sectionsOf(text: string): readonly LessonSection[] {
  const found: { heading: string; lines: string[] }[] = [{ heading: "", lines: [] }];
  let fence = false;
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    if (/^\s*```/.test(line)) fence = !fence;
    const heading = fence ? undefined : /^## +(.+)/.exec(line)?.[1]?.trim();
    if (heading !== undefined) found.push({ heading, lines: [] });
    else if (fence || !line.startsWith("# ")) found.at(-1)!.lines.push(line);
  }
  return found.map(({ heading, lines }) => ({ heading, text: lines.join("\n").trim() }));
}

/** Parts what is to be done into words and commands: those of blocks that are marked `sh lesson`, one a line. */
export function doingsOf(text: string): readonly LessonDoing[] {
  const doings: LessonDoing[] = [];
  let words: string[] = [];
  const flush = (): void => {
    const said = words.join("\n").trim();
    if (said !== "") doings.push({ kind: "text", text: said });
    words = [];
  };
  let inside = false;
  for (const line of text.split("\n")) {
    const fence = /^\s*```\s*(.*)$/.exec(line)?.[1]?.trim();
    if (!inside && fence === "sh lesson") {
      flush();
      inside = true;
    } else if (inside && fence === "") inside = false;
    else if (!inside) words.push(line);
    else if (line.trim() !== "" && !line.trim().startsWith("#")) doings.push({ kind: "command", line: line.trim() });
  }
  flush();
  return doings;
}

/** The address of the playground's part that follows `aha play` in what is to be done; empty for none. */
export function playgroundPart(text: string): string {
  return /aha play\b[^]*?(#[a-z][\w-]*=[\w.,-]*(?:&[\w-]+=[\w.,-]*)*)/.exec(text)?.[1] ?? "";
}
