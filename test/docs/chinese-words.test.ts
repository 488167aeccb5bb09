import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readGlossary } from "../../scripts/glossary-page.ts";
import en from "../../src/playground/words/en.json" with { type: "json" };
import zh from "../../src/playground/words/zh.json" with { type: "json" };

const LESSONS = "docs/lessons/zh";

/** One word for one thing: the word, and those that are not used beside it. */
const TERMS: readonly (readonly [string, RegExp])[] = [
  ["词元", /(?<![A-Za-z])tokens?(?![A-Za-z])|令牌|标记数/i],
  ["基座模型", /基础模型|基座(?!模型)|底座/],
  ["回答", /补全|完成文本/],
  ["留出题", /留出的|留出题目|未参与训练|保留题|测试题/],
  ["训练采样", /训练样本|训练中的回答/],
  ["验证器", /检查程序|检查器|判定器|校验器/],
  ["裁剪", /剪裁|截取/],
  ["比率", /比值/],
  ["提示词", /提示(?!词)/],
  ["反思词", /反思性|反思用词/],
  ["自我纠正", /自我修正|自我更正|自我校正/],
  ["奖励模型", /学来的奖励|学得的奖励|奖励函数模型/],
  ["强化学习", /增强学习/],
  ["监督微调、微调", /精调|细调/],
  ["教师模型", /老师/],
  ["学生模型", /学生(?!模型|。谁都)/],
  ["语料", /语料库|训练语料集/],
  ["种子", /籽/],
  ["优势", /优势函数|优越/],
  ["标准差", /标准偏差/],
  ["复现", /重现/],
  ["论断", /声明|主张/],
  ["对照", /控制组|对照组/],
  ["通常的训练", /平常|照常的/],
  ["训练（一次）", /本次运行|这次运行|一次运行/],
  ["顿悟时刻", /啊哈|灵光/],
];

const glossary = readGlossary("zh");
const lessonFiles = readdirSync(LESSONS).filter((name) => name.endsWith(".md"));
/** Every Chinese text by where it stands; of the lessons what is no command, address or name of a paper. */
const TEXTS: readonly (readonly [string, string])[] = [
  ...Object.entries(zh).flatMap(([part, texts]) =>
    Object.entries(texts).map(([name, text]) => [`${part}.${name}`, text] as const),
  ),
  ...Object.entries(glossary.terms).map(
    ([name, { name: term, text }]) => [`glossary ${name}`, `${term}：${text}`] as const,
  ),
  ...lessonFiles.map((file) => [file, proseOf(readFileSync(`${LESSONS}/${file}`, "utf8"))] as const),
];

/** Markdown without its commands, addresses and links. */
function proseOf(text: string): string {
  return text.replace(/```[^]*?```|`[^`]*`|\]\([^)]*\)|<\/?\w+>/g, " ");
}

test.each(TERMS)("%s: no other word for it", (_term, others) => {
  expect(TEXTS.filter(([, text]) => others.test(text.replace(/\{\w+\}/g, ""))).map(([where]) => where)).toEqual([]);
});

test("Chinese marks stand beside Chinese signs", () => {
  const wrong =
    /\p{Script=Han}[,;:?!]|[,;:?!]\p{Script=Han}|\p{Script=Han}\.(?!\d)|\p{Script=Han}[()]\p{Script=Han}|[‘'"]\p{Script=Han}/u;
  expect(TEXTS.filter(([, text]) => wrong.test(text)).map(([where, text]) => [where, wrong.exec(text)![0]])).toEqual(
    [],
  );
});

/** Texts whose figures Chinese writes in other units: 0.13 million is 13 times ten thousand. */
const OTHER_UNITS = ["rest.distilText"];

test("the page's figures are the English ones", () => {
  const figures = (text: string): string[] => [
    ...new Set(
      text
        .replace(/\{\w+\}/g, "")
        .match(/(?<![A-Za-z\d])\d+(?:,\d{3})*(?:\.\d+)?/g)
        ?.toSorted(),
    ),
  ];
  const other = Object.entries(en).flatMap(([part, texts]) =>
    Object.entries(texts)
      .filter(([name, text]) => {
        const chinese = (zh[part as keyof typeof zh] as Readonly<Record<string, string>>)[name]!;
        return JSON.stringify(figures(text)) !== JSON.stringify(figures(chinese));
      })
      .map(([name]) => `${part}.${name}`),
  );
  expect(other).toEqual(OTHER_UNITS);
});
