import { describe, expect, onTestFinished, test } from "vitest";
import { TokenizerError } from "../../errors.ts";
import { TemplateProcess } from "./template-process.ts";

/** Says what is said; loops, fills its memory or refuses where it is told so. */
const TEXT = `
{%- set said = messages[0].content -%}
{%- if said == 'loop' %}{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}{% endif -%}
{%- if said == 'fill' -%}
  {%- set ns = namespace(x=[]) -%}
  {%- for i in range(90000) %}{% set ns.x = ns.x + [range(9000)] %}{% endfor -%}
{%- endif -%}
{%- if said == 'refuse' %}{{ raise_exception('not that') }}{% endif -%}
{{- said -}}`;

function started(seconds: number = 60): (said: string) => Promise<string> {
  const program = new TemplateProcess({ text: TEXT, specialTokens: {} }, seconds);
  onTestFinished(() => program.stop());
  return async (said) => (await program.render([[{ role: "user", content: said }]]))[0]!;
}

test("writes each conversation that comes, in turn, whatever stands in it", async () => {
  const say = started();
  const said = ["one", "two\nlines", "é 数 🙂 \u2028 \u0085", "a".repeat(300_000), "last"];
  expect(await Promise.all(said.map(say))).toEqual(said);
});

test("only the first conversation waits for the process's start", async () => {
  const say = started();
  const seconds = async (): Promise<number> => {
    const began = performance.now();
    await say("x");
    return (performance.now() - began) / 1000;
  };
  const first = await seconds();
  const later = [await seconds(), await seconds(), await seconds(), await seconds(), await seconds()];
  expect(Math.min(...later)).toBeLessThan(first / 5);
});

describe("what one conversation does to the process costs the others nothing", () => {
  test.each([
    ["refuse", 60, /got an error from it: "not that"/],
    ["loop", 5, /ran for more than 5 s/],
    ["fill", 60, /more than 128 MB of memory/],
  ])("%s", async (what, seconds, message) => {
    const say = started(seconds);
    expect(await say("before")).toBe("before");
    const [failure, after] = await Promise.all([say(what).catch((error: unknown) => error), say("after")]);
    expect(failure).toBeInstanceOf(TokenizerError);
    expect((failure as Error).message).toMatch(message);
    expect(after).toBe("after");
  });
});

test("ends at once, in the middle of a conversation too, and takes no other", async () => {
  const program = new TemplateProcess({ text: TEXT, specialTokens: {} }, 60);
  const pending = program.render([[{ role: "user", content: "loop" }]]).catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const began = performance.now();
  await program.stop();
  expect(performance.now() - began).toBeLessThan(5000);
  expect(await pending).toBeInstanceOf(TokenizerError);
  await expect(program.render([[{ role: "user", content: "x" }]])).rejects.toThrow("was stopped");
});
