import { expect, test } from "vitest";
import { CHINESE_SAMPLE, LESSON_SAMPLE } from "../../../test/cli/lesson-sample.ts";
import { doingsOf, LESSON_PARTS, lessonTitle, playgroundPart, readLesson } from "./read-lesson.ts";

test("a lesson's parts, in English and in Chinese; headings in code are code", () => {
  const lesson = readLesson(LESSON_SAMPLE, "3-more.md");
  expect(lesson).toMatchObject({
    title: "More text, more right",
    introduction: "A model learns. It takes *ten* minutes.",
    parts: { predict: { heading: "Predict", text: "Will it write more or less?" }, questions: { text: "1. Why?" } },
  });
  expect(lesson.parts.see.text).toContain("## not a heading *at all*");
  const chinese = readLesson(CHINESE_SAMPLE, "zh/3-more.md");
  expect(chinese.title).toBe("写得更多");
  expect(Object.values(chinese.parts).map(({ heading }) => heading)).toEqual(
    Object.values(LESSON_PARTS).map(([, heading]) => heading),
  );
  expect(readLesson(LESSON_SAMPLE.replaceAll("\n", "\r\n"), "x.md")).toEqual(lesson);
});

test("what is missing, stands elsewhere or is too much is named", () => {
  const refused = (text: string): string => {
    try {
      readLesson(text, "3-more.md");
    } catch (error) {
      return String(error);
    }
    return "read";
  };
  for (const [heading] of Object.values(LESSON_PARTS)) {
    expect(refused(LESSON_SAMPLE.replace(`## ${heading}\n`, ""))).toContain(`Expected the section \`## ${heading}\``);
    expect(refused(LESSON_SAMPLE.replace(`## ${heading}\n`, `## ${heading}!\n`))).toContain(`got \`## ${heading}!\``);
  }
  expect(refused(LESSON_SAMPLE.replace(/## Questions[^]*/, ""))).toContain("got the end");
  expect(refused(LESSON_SAMPLE.replace("Section 2.2.", ""))).toContain("Expected words below `## What the paper says`");
  expect(refused(`${LESSON_SAMPLE}\n## More\n`)).toContain("got `## More`");
  expect(() => lessonTitle("no title", "x.md")).toThrow("Expected x.md to begin with");
});

test("commands are those of blocks for lessons, in their places among the words", () => {
  const doings = doingsOf(readLesson(LESSON_SAMPLE, "x").parts.do.text);
  expect(doings.map((doing) => (doing.kind === "command" ? doing.line : doing.kind))).toEqual([
    "text",
    'npx aha zero --seed 1 --run "runs/lesson 3"',
    "npx aha show runs/lesson-3 | head",
    "text",
  ]);
  expect(doings.at(-1)).toMatchObject({ text: expect.stringContaining("npx aha doctor") as string });
});

test("the playground's part", () => {
  expect(playgroundPart("`npx aha play`, with `#seed=1&workers=2` behind")).toBe("#seed=1&workers=2");
  expect(playgroundPart("[#seed=2](x) `npx aha play`")).toBe("");
});
