import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { tinyChatModel } from "../../test/tiny-chat-model.ts";
import { endTokenIds } from "../model/model-config.ts";
import { chatTemplateOf } from "../tokenizer/chat-template.ts";
import { loadCheckpoint } from "./checkpoint.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

const LLAMA = fileURLToPath(new URL("../../test/parity/fixtures/llama", import.meta.url));
const TURNS =
  "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
const [START, TURN_END, END] = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"];

/** A model whose config ends at <|endoftext|>, with these files beside. */
async function chatModel(config: object, files: Readonly<Record<string, unknown>> = {}) {
  const folder = await tinyChatModel(config, { eosTokenIds: [1200] });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return loadCheckpoint(folder);
}

describe("where a text ends", () => {
  const ends = async (config: object, files?: Readonly<Record<string, unknown>>): Promise<(string | undefined)[]> => {
    const model = await chatModel(config, files);
    return endTokenIds(model.config).map((id) => model.tokenizer.idToToken(id));
  };

  test("the config alone", async () => {
    expect(await ends({})).toEqual([END]);
  });

  test("the tokenizer's token, wherever it stands", async () => {
    expect(await ends({ eos_token: TURN_END })).toEqual([END, TURN_END]);
    expect(await ends({ eos_token: { content: TURN_END } })).toEqual([END, TURN_END]);
    expect(await ends({}, { "special_tokens_map.json": { eos_token: { content: TURN_END } } })).toEqual([
      END,
      TURN_END,
    ]);
    expect(await ends({ eos_token: "no such token" })).toEqual([END]);
  });

  test("the token after an answer in the chat template, wherever it stands", async () => {
    expect(await ends({ chat_template: TURNS })).toEqual([END, TURN_END]);
    expect(await ends({}, { "chat_template.jinja": TURNS })).toEqual([END, TURN_END]);
    expect(await ends({}, { "chat_template.json": { chat_template: TURNS } })).toEqual([END, TURN_END]);
    expect(await ends({ chat_template: "{% for m in messages %}{{ m.content }} {{ eos_token }}{% endfor %}" })).toEqual(
      [END],
    );
    expect(await ends({ chat_template: TURNS.replaceAll("<|im_end|>", "") })).toEqual([END]);
    expect(await ends({ chat_template: "{{ raise_exception('no') }}" })).toEqual([END]);
  });

  test("generation_config.json counts beside config.json, and all are known after saving", async () => {
    expect(await ends({}, { "generation_config.json": { eos_token_id: [1201] } })).toEqual([END, START]);
    const again = await ends({ chat_template: TURNS, eos_token: END });
    expect(again).toEqual([END, TURN_END]);
  });
});

describe("the template that counts", () => {
  test.each([
    ["of the config", {}, "config"],
    ["in a file of its own", { "chat_template.jinja": "file" }, "file"],
    [
      "called default in the folder",
      { "chat_template.jinja": "file", "additional_chat_templates/default.jinja": "more" },
      "more",
    ],
    ["not a tool's alone", { "additional_chat_templates/tool_use.jinja": "tool" }, "config"],
    ["not a tool's", { "additional_chat_templates/a.jinja": "a", "additional_chat_templates/b.jinja": "b" }, "config"],
    ["not a processor's where there is another", { "chat_template.json": { chat_template: "processor" } }, "config"],
  ])("%s", async (_what, files, expected) => {
    const { tokenizer } = await chatModel({ chat_template: "config" }, files);
    expect(chatTemplateOf(tokenizer)?.text).toBe(expected);
  });

  test("special tokens of another file", async () => {
    const map = { bos_token: { content: START }, eos_token: END };
    const { tokenizer } = await chatModel({ chat_template: "{{ bos_token }}" }, { "special_tokens_map.json": map });
    expect(chatTemplateOf(tokenizer)?.specialTokens).toMatchObject({ bos_token: START, eos_token: END });
    const listed = await chatModel({ added_tokens_decoder: {}, bos_token: END }, { "special_tokens_map.json": map });
    expect(listed.tokenizer.config["bos_token"]).toBe(END);
  });
});

describe("weights under other names", () => {
  async function renamed(rename: (name: string) => string) {
    const folder = temporaryFolder();
    cpSync(LLAMA, folder, { recursive: true });
    const path = join(folder, "model.safetensors");
    const tensors = [...readSafetensors(readFileSync(path), path).tensors.values()];
    writeFileSync(path, writeSafetensors(tensors.map((tensor) => ({ ...tensor, name: rename(tensor.name) }))));
    return folder;
  }

  test.each([
    ["of a compiled model", (name: string) => `_orig_mod.${name}`],
    ["of a compiled model in a parallel one", (name: string) => `module._orig_mod.${name}`],
    ["of the bare decoder", (name: string) => name.replace(/^model\./, "")],
    [
      "of a model in an adapter's wrapper",
      (name: string) => `base_model.model.${name.replace(/(q_proj)\.weight/, "$1.base_layer.weight")}`,
    ],
  ])("%s are read", async (_what, rename) => {
    const { parameters } = await loadCheckpoint(LLAMA);
    expect((await loadCheckpoint(await renamed(rename))).parameters).toEqual(parameters);
  });

  test("an adapter that was not merged is refused with the way out", async () => {
    const folder = await renamed((name) =>
      name.endsWith("0.self_attn.q_proj.weight") ? name.replace("weight", "lora_A.weight") : name,
    );
    await expect(loadCheckpoint(folder)).rejects.toThrow(/an adapter beside the weights that it changes; merge it/);
  });

  test.each([
    ["pytorch_model.bin", /"pytorch_model\.bin", a file of PyTorch .*save_pretrained/],
    ["pytorch_model.bin.index.json", /a file of PyTorch/],
    ["consolidated.00.pth", /a file of PyTorch/],
    ["tf_model.h5", /weights of another library/],
    ["model.Q4_0.gguf", /a model in one file; name the file/],
  ])("%s in their place is named", async (name, message) => {
    const folder = temporaryFolder();
    cpSync(LLAMA, folder, { recursive: true });
    renameSync(join(folder, "model.safetensors"), join(folder, name));
    await expect(loadCheckpoint(folder)).rejects.toThrow(message);
  });

  test.each([
    [["tokenizer.model"], /tokenizer\.model alone, a SentencePiece model; write tokenizer\.json/],
    [["vocab.json", "merges.txt"], /vocab\.json and merges\.txt alone/],
  ])("%j in the place of tokenizer.json is named", async (names, message) => {
    const folder = temporaryFolder();
    cpSync(LLAMA, folder, { recursive: true });
    rmSync(join(folder, "tokenizer.json"));
    for (const name of names) writeFileSync(join(folder, name), "x");
    await expect(loadCheckpoint(folder)).rejects.toThrow(message);
  });
});
