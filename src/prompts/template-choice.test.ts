import { expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import { checkTemplateChoice } from "./template-choice.ts";

test.each(["", "compact", "r1-zero", "chat", "<think></think><answer></answer>\n{question}"])(
  "%j can be chosen",
  (choice) => {
    expect(checkTemplateChoice(choice)).toBe(choice);
  },
);

test.each([
  ["chatt", /one of compact, r1-zero, chat, or a text with \{question\}, got "chatt"/],
  ["constructor", /got "constructor"/],
  ["Q: {question}", /to show the tags/],
])("%j can't", (choice, message) => {
  expect(() => checkTemplateChoice(choice)).toThrow(OptionError);
  expect(() => checkTemplateChoice(choice)).toThrow(message);
});
