import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { CommandContext } from "../../src/cli/command-context.ts";
import { createProgram } from "../../src/cli/command-line.ts";
import { addressText, readAddress } from "../../src/playground/address.ts";

const SECTIONS = {
  "docs/lessons": ["What you will know", "Predict", "Do", "See", "Answer", "What the paper says", "Questions"],
  "docs/lessons/zh": ["你会知道什么", "先预测", "动手", "看", "答案", "论文怎么说", "问题"],
} as const;
const FOLDERS = Object.keys(SECTIONS) as (keyof typeof SECTIONS)[];
const lessonsOf = (folder: string): string[] => readdirSync(folder).filter((name) => /^\d-.*\.md$/.test(name));
const LESSONS = lessonsOf("docs/lessons");
const read = (...path: string[]): string => readFileSync(join(...path), "utf8");

/** The commands of a lesson, one a line of its blocks. */
const commandsOf = (text: string): string[] =>
  [...text.matchAll(/^```sh lesson\n([\s\S]*?)^```$/gm)].flatMap(([, code]) => code!.trim().split("\n"));
const parts = (hash: string): string[] => hash.slice(1).split("&").toSorted();
const addressesOf = (text: string): string[] => [...text.matchAll(/`(#[^`]+)`/g)].map(([, hash]) => hash!);

test("there are six lessons, and both lists name each", () => {
  expect(LESSONS.map((name) => name[0])).toEqual(["1", "2", "3", "4", "5", "6"]);
  for (const folder of FOLDERS) {
    expect(lessonsOf(folder)).toEqual(LESSONS);
    for (const name of LESSONS) expect(read(folder, "README.md")).toContain(`](${name})`);
  }
});

test.each(FOLDERS)("%s: each lesson has its sections in order, and its answer is folded away", (folder) => {
  for (const name of LESSONS) {
    const text = read(folder, name);
    expect(text).toMatch(folder.endsWith("zh") ? /^# 第 \d 课：/ : /^# Lesson \d: /);
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(SECTIONS[folder]);
    const answer = SECTIONS[folder][4];
    const body = text.split(`## ${answer}\n\n`)[1]!.split("\n\n## ")[0]!;
    expect(body.startsWith(`<details><summary>${answer}</summary>\n\n`), name).toBe(true);
    expect(body.endsWith("\n\n</details>"), name).toBe(true);
  }
});

test.each(LESSONS)("%s: both languages have the same commands, addresses and figures of tables", (name) => {
  const [english, chinese] = FOLDERS.map((folder) => read(folder, name)) as [string, string];
  expect(commandsOf(english).length).toBeGreaterThan(0);
  expect(commandsOf(chinese)).toEqual(commandsOf(english));
  expect(english).toContain("`npx aha play`");
  expect(addressesOf(english).length).toBeGreaterThan(0);
  expect(addressesOf(chinese)).toEqual(addressesOf(english));
  // A misspelt setting of an address would be left at its default.
  for (const hash of addressesOf(english)) expect(parts(addressText(readAddress(hash)))).toEqual(parts(hash));
  const figures = (text: string): string[] => text.match(/\d+\.\d+/g)!.toSorted();
  expect(new Set(figures(chinese))).toEqual(new Set(figures(english)));
});

test.each(LESSONS)("%s: its commands are known, with their options", async (name) => {
  for (const line of commandsOf(read("docs/lessons", name))) {
    const [npx, aha, command, ...words] = line.split(" ");
    expect([npx, aha]).toEqual(["npx", "aha"]);
    const program = await createProgram([command!], {} as CommandContext, "0.0.0");
    const known = program.commands.find((one) => one.name() === command)!;
    const { operands, unknown } = known.parseOptions(words);
    expect(unknown, line).toEqual([]);
    const many = known.registeredArguments.some((argument) => argument.variadic);
    expect(operands.length, line).toBeLessThanOrEqual(many ? Infinity : known.registeredArguments.length);
    const required = known.registeredArguments.filter((argument) => argument.required);
    expect(operands.length, line).toBeGreaterThanOrEqual(required.length);
  }
});

test.each(FOLDERS)("%s: what is linked and shown exists; pictures are small", (folder) => {
  for (const name of readdirSync(folder).filter((one) => one.endsWith(".md"))) {
    for (const [, link] of read(folder, name).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      const path = join(dirname(join(folder, name)), link!);
      expect(existsSync(path), `${name}: ${link!}`).toBe(true);
      if (path.endsWith(".svg")) expect(statSync(path).size).toBeLessThan(40_000);
    }
  }
});
