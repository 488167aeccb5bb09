import { expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import { fileText } from "./read-template.ts";
import { checkTemplateChoice } from "./template-choice.ts";

test.each([
  "",
  "compact",
  "r1-zero",
  "chat",
  "<think></think><answer></answer>\n{question}",
  "{question} Answer in \\boxed{}.",
])("%j can be chosen", (choice) => {
  expect(checkTemplateChoice(choice)).toBe(choice);
});

test.each([
  ["chatt", /one of compact, r1-zero, chat, or a text with \{question\}, got "chatt"/],
  ["constructor", /got "constructor"/],
  ["Q: {question}", /to show the tags/],
])("%j can't", (choice, message) => {
  expect(() => checkTemplateChoice(choice)).toThrow(OptionError);
  expect(() => checkTemplateChoice(choice)).toThrow(message);
});

test("a file from an editor: line ends, byte order mark and last newline go", () => {
  expect(fileText("\ufeffa\r\nb\rc\n\n")).toBe("a\nb\nc\n");
  expect(fileText("a")).toBe("a");
});
