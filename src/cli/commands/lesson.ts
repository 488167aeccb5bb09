import { relative } from "node:path";
import { Option, type Command } from "commander";
import { OptionError } from "../../errors.ts";
import { printableLine } from "../../text/printable.ts";
import type { CommandContext } from "../command-context.ts";
import { INTERRUPTED } from "../failure.ts";
import { addCommonFlags, addExamples, integerOf, type CommonFlags } from "../flags.ts";
import { interruptible } from "../interruptible.ts";
import type { LessonFile } from "../lesson/lesson-files.ts";
import { LESSON_LANGUAGES, LESSON_WORDS, type LessonLanguage } from "../lesson/lesson-words.ts";
import { lessonTitle, readLesson } from "../lesson/read-lesson.ts";
import { walkLesson, type LessonWalk } from "../lesson/walk-lesson.ts";
import { createReport } from "../report.ts";

interface Flags extends CommonFlags {
  readonly list?: boolean;
  readonly language: LessonLanguage;
  readonly run?: boolean;
  readonly yes?: boolean;
}

/** `aha lesson`: a lesson in the terminal, with what it asks to be done. */
export function addLessonCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("lesson")
    .description(
      "Lists the lessons that come with aha, or shows one part by part: it asks what you expect, runs the lesson's commands here, each after asking, and puts the answer beside what you expected. Nothing is asked without a terminal.",
    )
    .argument("[number]", "the lesson; the list of them where it is absent", integerOf)
    .option("--list", "list the lessons")
    .option("--run", "run the lesson's commands without asking; the first that fails is the last")
    .option("--yes", "ask nothing: the commands are shown, and run only with --run")
    .addOption(new Option("--language <name>", "the lessons' language").choices(LESSON_LANGUAGES).default("en"));
  addCommonFlags(command);
  addExamples(command, [
    ["aha lesson", "the lessons"],
    ["aha lesson 3", "the third, with its commands"],
    ["aha lesson 3 --yes --run", "the same in one go"],
    ["aha lesson 1 --language zh", "in Chinese"],
  ]);
  command.action(async (number: number | undefined, flags: Flags) => {
    const lessons = await context.compositions.lessons(flags.language);
    if (number === undefined || flags.list === true) {
      listLessons(context, lessons, flags);
      return;
    }
    const found = lessons.find((lesson) => lesson.number === number);
    if (found === undefined) {
      const known = lessons.map((lesson) => lesson.number).join(", ");
      throw new OptionError(`Expected a lesson of ${known}, got ${number}; \`aha lesson --list\` lists them.`);
    }
    await showLesson(context, found, flags);
  });
}

function listLessons({ host }: CommandContext, lessons: readonly LessonFile[], flags: Flags): void {
  const report = createReport(host, flags);
  const rows = lessons.map(({ number, name, text }) => ({
    lesson: number,
    title: lessonTitle(text, name),
    file: name,
  }));
  for (const { lesson, title } of rows) report.say(LESSON_WORDS[flags.language].lesson(lesson, printableLine(title)));
  report.tell("`aha lesson N` shows one.");
  report.result({ lessons: rows });
}

async function showLesson(context: CommandContext, file: LessonFile, flags: Flags): Promise<void> {
  const { host, compositions } = context;
  const { json = false, run = false, language } = flags;
  const lesson = readLesson(file.text, file.name);
  const report = createReport(host, flags);
  const asks = host.interactive && flags.yes !== true;
  const lines = asks ? host.lines() : null;
  const walk = (signal: AbortSignal): Promise<LessonWalk> =>
    walkLesson(lesson, file.number, {
      words: LESSON_WORDS[language],
      folder: shownFolder(file.folder),
      say: (text) => report.say(text),
      bold: (text) => (host.colour && !json ? `\u001b[1m${text}\u001b[22m` : text),
      ask: lines === null ? null : (prompt) => lines.next(prompt, signal),
      run,
      start: (words) => compositions.runProgram(words, { signal, typed: asks, aside: json }),
      signal,
    });
  try {
    const { value, interrupted } = await interruptible(host, () => "Ending the lesson.", walk);
    const failure = value?.commands.find(({ exit }) => exit !== "not run" && exit !== 0)?.exit;
    if (interrupted) context.exitCode = INTERRUPTED;
    else if (typeof failure === "number") context.exitCode = failure;
    report.result({ lesson: file.number, title: lesson.title, ...(value ?? { prediction: null, commands: [] }) });
  } finally {
    lines?.close();
  }
}

/** A folder as a person here would name it. */
function shownFolder(folder: string): string {
  const near = relative(process.cwd(), folder).replaceAll("\\", "/");
  return near.startsWith("..") ? folder : near;
}
