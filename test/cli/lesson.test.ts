import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProgram } from "../../src/cli/command-line.ts";
import type { Compositions } from "../../src/cli/compositions.ts";
import { commandWords } from "../../src/cli/lesson/command-words.ts";
import { findLessons, lessonsFolder } from "../../src/cli/lesson/lesson-files.ts";
import { LESSON_LANGUAGES } from "../../src/cli/lesson/lesson-words.ts";
import { doingsOf, readLesson } from "../../src/cli/lesson/read-lesson.ts";
import { runProgram } from "../../src/cli/lesson/run-program.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { fakeHost, type FakeHost } from "./fake-host.ts";
import { fakeCompositions } from "./fake-results.ts";
import { makeLessons } from "./lesson-sample.ts";
import { runWords } from "./run-words.ts";

const RUN = 'npx aha zero --seed 1 --run "runs/lesson 3"';
const PIPED = "npx aha show runs/lesson-3 | head";

interface Walked {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  readonly ran: readonly (readonly string[])[];
}

/** Runs `aha` over made-up lessons; what they start ends with a code that is given. */
async function aha(words: string, host: FakeHost = fakeHost(), exit: () => number = () => 0): Promise<Walked> {
  const folder = makeLessons(temporaryFolder());
  const ran: (readonly string[])[] = [];
  const given: Partial<Compositions> = {
    lessons: (language) => Promise.resolve(findLessons(language === "en" ? folder : join(folder, language))),
    runProgram: (line) => {
      ran.push(line);
      return Promise.resolve(exit());
    },
  };
  return { ...(await runWords(words, given, host)), ran };
}

const last = (out: string): unknown => JSON.parse(out.trimEnd().split("\n").at(-1) ?? "") as unknown;

test("lessons are listed in the order of the README, what it doesn't name after them", async () => {
  const listed = await aha("lesson");
  expect(listed.out).toBe("Lesson 3: More text, more right\nLesson 1: Bad\\u001b[2J\nLesson 10: Last, more right\n");
  expect((await aha("lesson 3 --list")).out).toBe(listed.out);
  const { out } = await aha("lesson --list --json --language zh");
  expect(out.trimEnd()).not.toContain("\n");
  expect(last(out)).toEqual({ lessons: [{ lesson: 3, title: "写得更多", file: "3-more.md" }] });
});

test("without a terminal a lesson is shown whole, nothing is asked or run", async () => {
  const { code, out, ran } = await aha("lesson 3");
  expect([code, ran]).toEqual([0, []]);
  expect(out).not.toMatch(/<|Your prediction|\u001b/);
  const order = [
    "Lesson 3",
    "What you will know",
    "Predict",
    "Do\n",
    RUN,
    PIPED,
    "read on",
    "\nSee\n",
    "26.6",
    "2.2",
    "Why?",
  ];
  const places = order.map((words) => out.indexOf(words));
  expect(places).not.toContain(-1);
  expect(places.toSorted((a, b) => a - b)).toEqual(places);
  expect(out).toMatch(/\[Picture: A curve, \S+length\.svg; live: npx aha play #seed=1&workers=2\]/);
  expect(out).toContain("(not a command of aha that can be run here");
});

test("--run runs what is aha's, and the first failure is the last", async () => {
  const { code, out, ran } = await aha("lesson 3 --run --json");
  expect(ran).toEqual([["zero", "--seed", "1", "--run", "runs/lesson 3"]]);
  expect(code).toBe(0);
  expect(out.trimEnd()).not.toContain("\n");
  expect(last(out)).toEqual({
    lesson: 3,
    title: "More text, more right",
    prediction: null,
    commands: [
      { command: RUN, exit: 0 },
      { command: PIPED, exit: "not run" },
    ],
  });
  const failed = await aha("lesson 3 --run", fakeHost(), () => 2);
  expect([failed.code, failed.ran.length]).toEqual([2, 1]);
  expect(failed.out).toContain("(it ended with code 2)");
  expect(failed.out).toContain("Why?");
});

test("a person predicts, and says what is run; the answer stands beside the prediction", async () => {
  const asked = fakeHost({ interactive: true, colour: true, lines: ["it grows\u001b", ""] });
  const { out, ran } = await aha("lesson 3", asked);
  expect(ran.length).toBe(1);
  expect(out).toContain("\u001b[1mSee\u001b[22m");
  expect(out.indexOf("You predicted: it grows\\u001b")).toBeGreaterThan(out.indexOf("26.6 to 92.8"));
  for (const answer of ["s", "n"])
    expect((await aha("lesson 3", fakeHost({ interactive: true, lines: ["", answer] }))).ran).toEqual([]);
  const quiet = await aha("lesson 3 --yes --json", fakeHost({ interactive: true, lines: ["more", ""] }));
  expect([quiet.ran, last(quiet.out)]).toEqual([[], expect.objectContaining({ prediction: null })]);
});

test("Chinese lessons, in Chinese", async () => {
  const { out } = await aha("lesson 3 --language zh", fakeHost({ interactive: true, lines: ["更长", "s"] }));
  expect(out).toMatch(/^第 3 课：写得更多\n/);
  expect(out).toContain("你预测的是：更长");
});

test("Ctrl-C ends a lesson after what runs, with what there is", async () => {
  const host = fakeHost();
  const { code, out, error } = await aha("lesson 3 --run --json", host, () => {
    host.interrupt();
    return 130;
  });
  expect(code).toBe(130);
  expect(error).not.toContain("What the paper says");
  expect(last(out)).toMatchObject({ commands: [{ command: RUN, exit: 130 }] });
});

test("mistakes are one line", async () => {
  expect(await aha("lesson 4")).toMatchObject({
    code: 2,
    error: "aha: Expected a lesson of 3, 1, 10, got 4; `aha lesson --list` lists them.\n",
  });
  expect((await aha("lesson three")).code).toBe(2);
  expect((await aha("lesson 3 --language fr")).code).toBe(2);
  expect(() => findLessons(join(temporaryFolder(), "none"))).toThrow("Expected lessons in");
});

test("a command ends with its own code, and is asked to stop", async () => {
  const options = { typed: false, aside: true };
  const { signal } = new AbortController();
  expect(await runProgram(["-e", "process.exit(3)"], { ...options, signal })).toBe(3);
  const stop = new AbortController();
  const ended = runProgram(["-e", "setInterval(() => {}, 1000)"], { ...options, signal: stop.signal });
  stop.abort();
  expect(await ended).toBe(130);
});

test.each(LESSON_LANGUAGES)("the package's lessons are whole, and their commands known (%s)", async (language) => {
  const folder = lessonsFolder(language);
  if (!existsSync(folder)) return;
  const context = { host: fakeHost(), compositions: fakeCompositions({}), exitCode: 0, flags: new Map() };
  for (const { text, name } of findLessons(folder)) {
    const lesson = readLesson(text, name);
    for (const doing of doingsOf(lesson.parts.do.text)) {
      if (doing.kind === "text") continue;
      const [command = "", ...rest] = commandWords(doing.line) ?? [];
      const program = await createProgram([command], context, "0");
      const found = program.commands.find((each) => each.name() === command);
      expect(found?.parseOptions(rest).unknown, `${name}: ${doing.line}`).toEqual([]);
    }
  }
});
