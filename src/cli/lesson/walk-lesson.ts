import { printableLine } from "../../text/printable.ts";
import { commandWords } from "./command-words.ts";
import type { LessonWords } from "./lesson-words.ts";
import { plainMarkdown } from "./plain-markdown.ts";
import { doingsOf, playgroundPart, type Lesson, type LessonPart } from "./read-lesson.ts";

/** A command of a lesson, and how it ended. */
export interface LessonCommand {
  readonly command: string;
  readonly exit: number | "not run";
}

/** What a walk through a lesson gave. */
export interface LessonWalk {
  readonly prediction: string | null;
  readonly commands: readonly LessonCommand[];
}

/** Where a lesson is walked through. */
export interface LessonStage {
  readonly words: LessonWords;
  /** The folder that the lesson's links begin at. */
  readonly folder: string;
  readonly say: (text: string) => void;
  readonly bold: (text: string) => string;
  /** Asks a person; null where nobody answers. */
  readonly ask: ((prompt: string) => Promise<string | null>) | null;
  /** Runs a command without asking. */
  readonly run: boolean;
  readonly start: (words: readonly string[]) => Promise<number>;
  readonly signal: AbortSignal;
}

/** Shows a lesson part by part; once the signal aborts, it gives what there is by then. */
export async function walkLesson(lesson: Lesson, number: number, stage: LessonStage): Promise<LessonWalk> {
  const { words, say, bold, signal } = stage;
  const page = `npx aha play ${playgroundPart(lesson.parts.do.text)}`.trim();
  const plain = (text: string): string =>
    plainMarkdown(text, { bold, folder: stage.folder, picture: (alt, file) => words.picture(alt, file, page) });
  const head = (part: LessonPart): void => say(`\n${bold(printableLine(lesson.parts[part].heading))}\n`);
  const show = (part: LessonPart): void => {
    if (signal.aborted) return;
    head(part);
    say(plain(lesson.parts[part].text));
  };
  say(bold(words.lesson(number, printableLine(lesson.title))));
  if (lesson.introduction !== "") say(`\n${plain(lesson.introduction)}`);
  show("know");
  show("predict");
  const prediction = await predictionOf(stage);
  const commands: LessonCommand[] = [];
  if (!signal.aborted) head("do");
  for (const doing of doingsOf(lesson.parts.do.text)) {
    if (signal.aborted) break;
    if (doing.kind === "text") say(`${plain(doing.text)}\n`);
    else commands.push({ command: doing.line, exit: await done(doing.line, failed(commands), stage) });
  }
  show("see");
  show("answer");
  if (prediction !== null && !signal.aborted) say(`\n${bold(words.predicted(printableLine(prediction)))}`);
  show("paper");
  show("questions");
  return { prediction, commands };
}

async function predictionOf({ ask, words, say, signal }: LessonStage): Promise<string | null> {
  if (ask === null || signal.aborted) return null;
  say("");
  return (await ask(words.prediction))?.trim() || null;
}

const failed = (commands: readonly LessonCommand[]): boolean =>
  commands.some(({ exit }) => exit !== "not run" && exit !== 0);

/** Shows a command and runs it, if that is wanted; what follows a failure is run only where a person says so. */
async function done(line: string, afterFailure: boolean, stage: LessonStage): Promise<number | "not run"> {
  const { words, say, bold, ask, run, start, signal } = stage;
  say(`  $ ${bold(printableLine(line))}`);
  const given = commandWords(line);
  if (given === null) {
    say(`  ${words.notOurs}\n`);
    return "not run";
  }
  const wanted = run ? !afterFailure : await confirmed(ask, words);
  if (!wanted || signal.aborted) {
    say("");
    return "not run";
  }
  const code = await start(given);
  say(code === 0 ? "" : `${words.ended(code)}\n`);
  return code;
}

async function confirmed(ask: LessonStage["ask"], words: LessonWords): Promise<boolean> {
  const answer = ask === null ? null : await ask(words.run);
  return answer !== null && answer.trim() === "";
}
