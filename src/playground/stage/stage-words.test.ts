import { expect, test } from "vitest";
import { TAB_DEFAULTS } from "../settings.ts";
import type { TabState } from "../client/tab-client.ts";
import { languageOf } from "../page/language.ts";
import en from "../words/en.json" with { type: "json" };
import zh from "../words/zh.json" with { type: "json" };
import { statusText, toldText } from "./stage-words.ts";

const STATE: TabState = {
  settings: TAB_DEFAULTS,
  status: "loading",
  loaded: { bytes: 0, of: 0 },
  engine: null,
  evaluations: [],
  steps: [],
  look: null,
  missingGroup: null,
  error: null,
};
const ENGINE = { parameters: 1, workers: 2, shared: false };

test.each(Object.keys(en) as (keyof typeof en)[])(
  "every text of %s stands in both languages, with the same values in it",
  (part) => {
    const values = (texts: Readonly<Record<string, string>>): string[] =>
      Object.entries(texts).map(([name, text]) => `${name} ${(text.match(/\{\w+\}/g) ?? []).sort().join()}`);
    expect(values(zh[part])).toEqual(values(en[part]));
  },
);

test.each([
  [{}, "The page's trainer is starting."],
  [{ loaded: { bytes: 700_000, of: 1_424_360 } }, "The model is coming: 0.7 of 1.4 MB; then the engine starts."],
  [{ loaded: { bytes: 700_000, of: 700_000 } }, "The model is coming: 0.7 MB so far; then the engine starts."],
  [{ engine: ENGINE, status: "waiting" }, "Ready."],
  [{ engine: ENGINE, status: "failed" }, "Stopped after step 0 of 110."],
] as const)("what a run does is said: %j", (change, said) => {
  expect(statusText({ ...STATE, ...change }, false)).toBe(said);
});

test("who hears the page is told of the rest, and of nothing before there is something", () => {
  expect(toldText(STATE, [], false)).toBe("");
  expect(toldText({ ...STATE, engine: ENGINE, status: "waiting" }, [], false)).toBe("Ready.");
  expect(toldText({ ...STATE, engine: ENGINE, status: "over" }, [], false)).toBe("The run is over: 110 steps.");
});

test.each([
  ["zh-CN", "zh"],
  ["zh-Hant-TW", "zh"],
  ["en-GB", "en"],
  ["de", "en"],
  ["", "en"],
])("a browser that asks for %s gets %s", (tag, language) => {
  expect(languageOf(tag)).toBe(language);
});
