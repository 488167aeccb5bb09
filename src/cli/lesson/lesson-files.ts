import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OptionError } from "../../errors.ts";
import type { LessonLanguage } from "./lesson-words.ts";

/** A lesson that was found, not yet read. */
export interface LessonFile {
  readonly number: number;
  readonly folder: string;
  readonly name: string;
  readonly text: string;
}

/** The folder of the lessons that come with the package. */
export function lessonsFolder(language: LessonLanguage): string {
  const place = language === "en" ? "lessons" : `lessons/${language}`;
  return fileURLToPath(new URL(`../../../docs/${place}`, import.meta.url));
}

const NAME = /^([1-9]\d*)-[\w-]+\.md$/;

/** The lessons of a folder, in the order of its README; what that doesn't name comes after, by number. */
export function findLessons(folder: string): readonly LessonFile[] {
  const names = namesIn(folder);
  const readme = names.includes("README.md") ? readFileSync(join(folder, "README.md"), "utf8") : "";
  const place = (name: string): number => {
    const at = readme.indexOf(name);
    return at === -1 ? readme.length : at;
  };
  const found = names.flatMap((name) => {
    const number = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    return Number.isNaN(number) ? [] : [{ number, folder, name, text: readFileSync(join(folder, name), "utf8") }];
  });
  if (found.length === 0) throw new OptionError(`Expected lessons in ${folder}, found none.`);
  return found.toSorted((a, b) => place(a.name) - place(b.name) || a.number - b.number);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
