import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A lesson with everything that a lesson may hold. */
export const LESSON_SAMPLE = `# Lesson 3: More text, more right

A model learns. It takes *ten* minutes.

## What you will know

Why **length** grows. See [the claims](../claims.md) and <!-- not this --> https://example.org.

## Predict

Will it write more or less?

## Do

Here:

\`\`\`sh lesson
# a training
npx aha zero --seed 1 --run "runs/lesson 3"
npx aha show runs/lesson-3 | head
\`\`\`

Then read on. Or \`npx aha play\`, with \`#seed=1&workers=2\` behind its address.

\`\`\`sh
npx aha doctor
\`\`\`

## See

### The curve

![A curve](length.svg)

\`\`\`text
## not a heading *at all*
\`\`\`

## Answer

<details><summary>Answer</summary>

It writes more: 26.6 to 92.8 tokens.

</details>

## What the paper says

Section 2.2.

## Questions

1. Why?
`;

const HEADINGS = [
  ["What you will know", "你会知道什么"],
  ["Predict", "先预测"],
  ["Do", "动手"],
  ["See", "看"],
  ["Answer", "答案"],
  ["What the paper says", "论文怎么说"],
  ["Questions", "问题"],
] as const;

/** The same under Chinese headings. */
export const CHINESE_SAMPLE: string = HEADINGS.reduce(
  (text, [english, chinese]) => text.replace(`## ${english}\n`, `## ${chinese}\n`),
  LESSON_SAMPLE,
).replace("# Lesson 3: More text, more right", "# 第 3 课：写得更多");

/** A folder of lessons as the package has one; its README lists the third before the first. */
export function makeLessons(folder: string): string {
  mkdirSync(join(folder, "zh"), { recursive: true });
  writeFileSync(join(folder, "README.md"), "- [third](3-more.md)\n- [first](1-first.md)\n");
  writeFileSync(join(folder, "teachers.md"), "# For teachers\n");
  writeFileSync(join(folder, "10-last.md"), LESSON_SAMPLE.replace("Lesson 3: More text", "Lesson 10: Last"));
  writeFileSync(
    join(folder, "1-first.md"),
    LESSON_SAMPLE.replace("Lesson 3: More text, more right", "Lesson 1: Bad\u001b[2J"),
  );
  writeFileSync(join(folder, "3-more.md"), LESSON_SAMPLE);
  writeFileSync(join(folder, "zh", "3-more.md"), CHINESE_SAMPLE);
  return folder;
}
