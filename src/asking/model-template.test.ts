import { beforeAll, describe, expect, test } from "vitest";
import { ALWAYS_THINKING, tinyChatModel, TURNS } from "../../test/tiny-chat-model.ts";
import { OptionError, TokenizerError } from "../errors.ts";
import { loadCheckpoint, type Checkpoint } from "../formats/checkpoint.ts";
import { beginWith } from "../tokenizer/begin-token.ts";
import { loadTokenizer } from "../tokenizer/tokenizer.ts";
import { chatQuestion } from "../prompts/index.ts";
import type { Problem } from "../records/problem.ts";
import { openTemplate, templateNameFor } from "./model-template.ts";

const COUNTDOWN = new URL("../../models/countdown-base", import.meta.url).pathname;
const problem: Problem = {
  id: "p",
  split: "heldOut",
  question: "Make 25 of 2, 7 and 9.",
  compactQuestion: "2 7 9 make 25",
  difficulty: 0,
  data: null,
};
const OWN = "<think></think><answer></answer> Q: {question} A:";

let model: Checkpoint;
let compact: Checkpoint;
beforeAll(async () => {
  model = await loadCheckpoint(await tinyChatModel());
  compact = await loadCheckpoint(COUNTDOWN);
});

/** The model with another tokenizer_config.json. */
const withConfig = (config: object, eosTokenIds = model.config.eosTokenIds): Checkpoint => ({
  ...model,
  config: { ...model.config, eosTokenIds },
  tokenizer: loadTokenizer(model.tokenizer.json, config),
});
/** The same with a tokenizer that puts <|endoftext|> before every text. */
const beginning = (config: object): Checkpoint => {
  const post_processor = beginWith("<|endoftext|>", model.tokenizer.tokenToId("<|endoftext|>")!);
  return { ...withConfig(config), tokenizer: loadTokenizer({ ...model.tokenizer.json, post_processor }, config) };
};

describe("the template that fits", () => {
  test("is compact for our small tokenizers", () => expect(templateNameFor(compact)).toBe("compact"));
  test("is chat for a model that ends its turns as its chat template does", () => {
    expect(templateNameFor(model)).toBe("chat");
    expect(templateNameFor(withConfig({ chat_template: "{{ messages[0].content + eos_token }}" }))).toBe("chat");
  });
  test("is r1-zero for a base model, though it may come with a chat template", () => {
    expect(templateNameFor(withConfig({}))).toBe("r1-zero");
    // 1200 ends a document; the turns of the template end with 1202.
    expect(templateNameFor(withConfig({ chat_template: TURNS }, [1200]))).toBe("r1-zero");
  });
  test("is the one that is chosen", () => {
    for (const choice of ["r1-zero", "chat", OWN]) expect(templateNameFor(model, choice)).toBe(choice);
  });
});

test.each([
  ["chat", () => withConfig({}), /chat template, as `template` is chat, got none, or several and none called default/],
  [
    "chat",
    () => withConfig({ chat_template: { tool_use: "T", rag: "R" } }),
    /got none, or several and none called default; use r1-zero/,
  ],
  ["compact", () => model, /token <bos>, as `template` is compact/],
  ["chatty", () => model, /one of compact, r1-zero, chat, or a text with \{question\}, got "chatty"/],
])("refuses %s", async (choice, of, message) => {
  await expect(openTemplate(of(), choice)).rejects.toThrow(OptionError);
  await expect(openTemplate(of(), choice)).rejects.toThrow(message);
});

describe("chat", () => {
  test("puts the question and the tags as a user's message", async () => {
    const { name, template, frame } = await openTemplate(model);
    expect(name).toBe("chat");
    expect(template(problem)).toBe(
      `<|im_start|>system\nYou are of help.<|im_end|>\n<|im_start|>user\n${chatQuestion(problem.question)}<|im_end|>\n<|im_start|>assistant\n`,
    );
    expect(frame("Hi")).toBe(
      "<|im_start|>system\nYou are of help.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    );
  });

  test("begins with the BOS that the template writes, and no second one", async () => {
    const { template } = await openTemplate(
      beginning({
        chat_template: ALWAYS_THINKING,
        bos_token: "<|endoftext|>",
        eos_token: "<|im_end|>",
      }),
    );
    expect(template(problem).split("<|endoftext|>")).toHaveLength(2);
    expect(template(problem)).toMatch(/^<\|endoftext\|>.*<think>\n$/s);
  });

  test.each([
    ["{{ messages[0].content | upper }}{{ eos_token }}"],
    ["{{ messages[0].content }}{{ messages[0].content }}{{ eos_token }}"],
    ["nothing {{ eos_token }}"],
    ["{{ messages[0].content | length }}{{ messages[0].content }}{{ eos_token }}"],
    ["{{ messages[0].content | tojson }}{{ eos_token }}"],
  ])("refuses the template %s, which doesn't show what the user says as it is", async (text) => {
    await expect(openTemplate(withConfig({ chat_template: text }))).rejects.toThrow(TokenizerError);
    await expect(openTemplate(withConfig({ chat_template: text }))).rejects.toThrow(
      /show the user's message once and as it is/,
    );
  });
});

test("what a chat template trims is trimmed of every message", async () => {
  const trimming = await openTemplate(
    withConfig({ chat_template: "<U>{{ messages[0].content | trim }}{{ '<A>' }}" }),
    "chat",
  );
  expect(trimming.frame(" \n2 + 2?\n")).toBe("<U>2 + 2?<A>");
  const plain = await openTemplate(withConfig({ chat_template: "<U>{{ messages[0].content }}{{ '<A>' }}" }), "chat");
  expect(plain.frame(" \n2 + 2?\n")).toBe("<U> \n2 + 2?\n<A>");
});

describe("a base tokenizer that begins with BOS", () => {
  const base = (): Checkpoint => beginning({ bos_token: "<|endoftext|>" });

  test("gets it once, whatever the template", async () => {
    for (const choice of ["r1-zero", OWN, `<|endoftext|>${OWN}`]) {
      const { template, frame, bos } = await openTemplate(base(), choice);
      expect(bos).toBe("<|endoftext|>");
      const ids = base().tokenizer.encode(template(problem));
      expect([ids[0], ids.lastIndexOf(1200)]).toEqual([1200, 0]);
      expect(frame(frame("Hi"))).toBe("<|endoftext|>Hi");
    }
  });

  test("one that doesn't, gets none", async () => {
    const { template, bos } = await openTemplate(withConfig({ bos_token: "<|endoftext|>" }));
    expect([bos, template(problem).startsWith("What follows")]).toEqual(["", true]);
  });
});

test("compact", async () => {
  const { template, frame, bos } = await openTemplate(compact);
  expect([template(problem), frame("a"), bos]).toEqual(["<bos> 2 7 9 make 25 :", "a", ""]);
});

describe("what only a chat template knows", () => {
  const THINKING =
    "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}[assistant]{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>{% endif %}";

  test("a system text stands before the question, and before worked examples", async () => {
    const model = withConfig({ chat_template: THINKING });
    const { frame } = await openTemplate(model, "chat", {}, { system: "Be brief." });
    expect(frame("Hi")).toBe("[system] Be brief.\n[user] Hi\n[assistant]");
    const examples = [{ question: "A?", completion: "B" }];
    const { template } = await openTemplate(model, "chat", { examples }, { system: "S" });
    expect(template(problem)).toMatch(/^\[system\] S\n\[user\] A\?\n\[assistant\] B\n\[user\] /);
  });

  test("a template that insists on one is usable with it", async () => {
    const strict =
      "{% if messages[0].role != 'system' %}{{ raise_exception('first message must be system') }}{% endif %}{{ messages[0].content }}|{{ messages[1].content }}";
    const model = withConfig({ chat_template: strict });
    expect((await openTemplate(model, "chat", {}, { system: "S" })).frame("Hi")).toBe("S|Hi");
    await expect(openTemplate(model, "chat")).rejects.toThrow(/first message must be system/);
  });

  test("thinking is turned off where the template knows it", async () => {
    const model = withConfig({ chat_template: THINKING });
    expect((await openTemplate(model, "chat", {}, { thinking: false })).frame("Hi")).toMatch(/<think>\n\n<\/think>$/);
    expect((await openTemplate(model, "chat", {}, { thinking: true })).frame("Hi")).toMatch(/\[assistant\]$/);
    const deaf = withConfig({ chat_template: "{% for m in messages %}{{ m.content }}{% endfor %}" });
    await expect(openTemplate(deaf, "chat", {}, { thinking: false })).rejects.toThrow(/to know `enable_thinking`/);
  });

  test.each(["r1-zero", OWN])("is refused for the template %j", async (choice) => {
    const model = withConfig({ chat_template: THINKING });
    await expect(openTemplate(model, choice, {}, { system: "S" })).rejects.toThrow(/the template chat .* `system`/);
    await expect(openTemplate(model, choice, {}, { thinking: false })).rejects.toThrow(/`thinking`/);
  });
});

describe("worked examples that a prompt leaves out are told of", () => {
  const examples = [
    { question: "1 + 1?", completion: "<think> one more </think> <answer> 2 </answer>" },
    { question: "1 + 2?", completion: "<answer> 3 </answer>" },
  ];
  const unshown = async (of: Checkpoint, choice: string, shown = examples): Promise<string | null> =>
    (await openTemplate(of, choice, { examples: shown })).unshown;

  test("where the chat template strips earlier thinking", async () => {
    const strips = withConfig({ chat_template: ALWAYS_THINKING, eos_token: "<|im_end|>" });
    expect(await unshown(strips, "chat")).toMatch(
      /^The model's chat template cuts 1 of the task's 2 worked examples, .* into a `template` of your own/,
    );
    expect(await unshown(strips, "chat", examples.slice(1))).toBeNull();
    expect(await unshown(strips, "chat", [])).toBeNull();
    expect(await unshown(model, "chat")).toBeNull();
  });

  test("where the template has no turns", async () => {
    expect(await unshown(model, "r1-zero")).toMatch(
      /^The template r1-zero leaves out 2 of the task's 2 worked examples/,
    );
    expect(await unshown(compact, "compact")).toMatch(/^The template compact leaves out 2 /);
    expect(await unshown(model, OWN)).toMatch(/^The template of your own leaves out 2 /);
    const shows = examples.map(({ question, completion }) => `Q: ${question} A: ${completion}\n`).join("");
    expect(await unshown(model, `${shows}${OWN}`)).toBeNull();
    expect(await unshown(model, "r1-zero", [])).toBeNull();
  });
});
