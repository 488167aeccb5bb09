import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { tinyChatModel } from "../../test/tiny-chat-model.ts";
import { CheckpointError, OptionError } from "../errors.ts";
import { readAdapter } from "../formats/adapter-files.ts";
import { openDataTask, pickData } from "../data/open-data-task.ts";
import { loadCheckpoint } from "../formats/checkpoint.ts";
import { questionInForm } from "../prompts/index.ts";
import { createRunStore } from "../store/index.ts";
import { loadTask } from "../tasks/index.ts";
import { exportModel, type ExportOptions } from "./export-model.ts";

const BASE = new URL("../../models/countdown-base", import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

/** What stands for a run: its store with what was sampled and asked, and its trained model. */
function runOf(model: string | null): string {
  const run = join(folder, "run");
  createRunStore(run, { kind: "zero", template: "compact", temperature: 0.8, topP: 0.9, topK: 0 }).close();
  if (model !== null) cpSync(model, join(run, "final"), { recursive: true });
  return run;
}

describe("exportModel", () => {
  test.each([
    ["hf", "exported", undefined],
    ["gguf", "deep/er/exported.gguf", "f32"],
  ] as const)("writes a run's trained model as %s, bit for bit", async (to, name, type) => {
    const out = join(folder, name);
    const run = runOf(BASE);
    const summary = await exportModel(run, { to, out, ...(type === undefined ? {} : { type }) });
    const [found, expected] = [await loadCheckpoint(out), await loadCheckpoint(BASE)];
    expect(found.config).toEqual(expected.config);
    expect(found.parameters).toEqual(expected.parameters);
    expect(found.tokenizer.json).toEqual(expected.tokenizer.json);
    const bytes =
      to === "gguf"
        ? statSync(out).size
        : readdirSync(out).reduce((total, file) => total + statSync(join(out, file)).size, 0);
    expect(summary).toEqual({
      model: run,
      to,
      out,
      type: "f32",
      parameters: expected.parameters.length,
      bytes,
      notes: [],
    });
  });

  test("writes in 16 bits, into an empty folder too", async () => {
    const out = join(folder, "half");
    mkdirSync(out);
    await exportModel(BASE, { to: "hf", out, type: "bf16" });
    expect(statSync(join(out, "model.safetensors")).size).toBeLessThan(
      0.51 * statSync(join(BASE, "model.safetensors")).size,
    );
    // What is written can be written again: 16 bits widen exactly.
    await exportModel(out, { to: "gguf", out: join(folder, "half.gguf"), type: "f32" });
    expect((await loadCheckpoint(join(folder, "half.gguf"))).parameters).toEqual(
      (await loadCheckpoint(out)).parameters,
    );
  });
});

describe("how a trained model is sampled", () => {
  test("stands in generation_config.json of a run's export alone", async () => {
    const generation = (out: string): unknown => JSON.parse(readFileSync(join(out, "generation_config.json"), "utf8"));
    const [trained, plain] = [join(folder, "trained"), join(folder, "plain")];
    await exportModel(runOf(BASE), { to: "hf", out: trained });
    await exportModel(BASE, { to: "hf", out: plain });
    expect(generation(trained)).toMatchObject({ do_sample: true, temperature: 0.8, top_p: 0.9, top_k: 0 });
    expect(generation(plain)).not.toHaveProperty("temperature");
  });
});

describe("for Ollama", () => {
  const modelfile = (out: string): string => readFileSync(join(out, "Modelfile"), "utf8");

  test("a run: its weights, its prompt, its end and its temperature", async () => {
    const out = join(folder, "ollama");
    const summary = await exportModel(runOf(BASE), { to: "ollama", out });
    expect(readdirSync(out).toSorted()).toEqual(["Modelfile", "model.gguf"]);
    expect((await loadCheckpoint(join(out, "model.gguf"))).parameters).toEqual((await loadCheckpoint(BASE)).parameters);
    expect(summary.bytes).toBe(statSync(join(out, "model.gguf")).size + statSync(join(out, "Modelfile")).size);
    expect(modelfile(out)).toBe(
      'FROM ./model.gguf\nTEMPLATE """<bos> {{ .Prompt }} :{{ .Response }}"""\nPARAMETER stop "<eos>"\nPARAMETER temperature 0.8\nPARAMETER top_p 0.9\nPARAMETER top_k 0\nPARAMETER num_ctx 320\n',
    );
  });

  test("a run with worked examples: they stand before the question, as in training", async () => {
    const run = join(folder, "run");
    createRunStore(run, { kind: "zero", template: "chat", task: "number-words", temperature: 1 }).close();
    cpSync(await tinyChatModel(), join(run, "final"), { recursive: true });
    const out = join(folder, "ollama");
    const { notes } = await exportModel(run, { to: "ollama", out });
    expect(notes).toEqual([]);
    const { examples = [] } = await loadTask("number-words");
    expect(examples.length).toBeGreaterThan(0);
    const text = modelfile(out);
    const places = examples.flatMap(({ question, completion }) => [text.indexOf(question), text.indexOf(completion)]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(text.indexOf("{{ .Prompt }}")).toBeGreaterThan(places.at(-1)!);
  });

  test("a run of data: its prompt asks for the form in which answers are looked for", async () => {
    const data = join(folder, "qa.jsonl");
    const rows = Array.from({ length: 60 }, (_, i) => JSON.stringify({ question: `${i} + 1?`, answer: `${i + 1}` }));
    writeFileSync(data, rows.join("\n"));
    const run = join(folder, "run");
    const task = await openDataTask(pickData({ data, extract: "boxed" }));
    await task.close();
    const config = { kind: "zero", template: "chat", task: "", data, extract: "boxed", dataSha256: task.file.digest };
    createRunStore(run, config).close();
    cpSync(await tinyChatModel(), join(run, "final"), { recursive: true });
    await exportModel(run, { to: "ollama", out: join(folder, "ollama") });
    expect(modelfile(join(folder, "ollama"))).toContain(questionInForm("{{ .Prompt }}", "boxed")!);
  });

  test("a run that names code runs none of it, and says what is left out", async () => {
    const run = join(folder, "run");
    createRunStore(run, { kind: "zero", template: "chat", task: "/some/task.mjs", temperature: 1 }).close();
    cpSync(await tinyChatModel(), join(run, "final"), { recursive: true });
    const { notes } = await exportModel(run, { to: "ollama", out: join(folder, "ollama") });
    expect(notes).toEqual([
      expect.stringMatching(/^Worked examples .* are left out, .* names code, "\/some\/task.mjs"/),
    ]);
  });

  test("a run that was asked by a function says so", async () => {
    const run = join(folder, "run");
    createRunStore(run, { kind: "zero", template: "own", task: "arithmetic" }).close();
    cpSync(await tinyChatModel(), join(run, "final"), { recursive: true });
    const { notes } = await exportModel(run, { to: "ollama", out: join(folder, "ollama") });
    expect(notes).toEqual([expect.stringMatching(/a template of a program's own, which is left out/)]);
  });

  test("a model that converses: system text, turns and braces in its template", async () => {
    const template =
      "{% for m in messages %}<|im_start|>{{ m.role }} {{ '{{' }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
    const out = join(folder, "ollama");
    await exportModel(await tinyChatModel({ chat_template: template }), { to: "ollama", out, type: "q8_0" });
    const open = '{{ "{{" }}';
    expect(modelfile(out)).toContain(
      `TEMPLATE """{{ if .System }}<|im_start|>system ${open}\n{{ .System }}<|im_end|>\n<|im_start|>user ${open}\n{{ .Prompt }}<|im_end|>\n<|im_start|>assistant\n{{ else }}<|im_start|>user ${open}\n{{ .Prompt }}<|im_end|>\n<|im_start|>assistant\n{{ end }}{{ .Response }}<|im_end|>\n"""`,
    );
    expect(modelfile(out)).toMatch(/PARAMETER stop "<\|im_end\|>"\nPARAMETER temperature 0\.6\n/);
  });

  test("q8_0 is for GGUF files alone", async () => {
    await expect(exportModel(BASE, { to: "hf", out: join(folder, "hf"), type: "q8_0" })).rejects.toThrow(OptionError);
  });
});

describe("the adapter of a run", () => {
  /** A run of the first parity fixture whose adapter PEFT made. */
  function adaptedRun(): string {
    const run = runOf(new URL("../../test/parity/fixtures/llama", import.meta.url).pathname);
    cpSync(new URL("../../test/parity/adapters/llama-all", import.meta.url).pathname, join(run, "adapter"), {
      recursive: true,
    });
    return run;
  }

  test("is written alone, number for number", async () => {
    const run = adaptedRun();
    const out = join(folder, "adapter");
    const summary = await exportModel(run, { to: "adapter", out });
    const { config, parameters } = await loadCheckpoint(join(run, "final"));
    const trained = await readAdapter(join(run, "adapter"), config);
    expect(await readAdapter(out, config)).toEqual({ ...trained, base: resolve(trained.base) });
    expect(readdirSync(out).toSorted()).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
    expect(summary.parameters).toBeLessThan(parameters.length);
    expect(summary.bytes).toBeGreaterThan(4 * summary.parameters);
  });

  test("is refused in 16 bits, for another base, and where all weights were trained", async () => {
    const run = adaptedRun();
    const out = join(folder, "adapter");
    await expect(exportModel(run, { to: "adapter", out, type: "f16" })).rejects.toThrow(
      /`type` to be f32 for `to: adapter`/,
    );
    rmSync(join(run, "final"), { recursive: true });
    cpSync(BASE, join(run, "final"), { recursive: true });
    await expect(exportModel(run, { to: "adapter", out })).rejects.toThrow(/to be an adapter of this base/);
    rmSync(join(run, "adapter"), { recursive: true });
    const error: unknown = await exportModel(run, { to: "adapter", out }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message).toBe(
      "Expected a run trained with `lora`, got one whose weights were all trained; use `to: hf`.",
    );
    expect(readdirSync(folder)).toEqual(["run"]);
  });
});

describe("one clear line, before anything is loaded or written:", () => {
  const cases: readonly (readonly [string, (folder: string) => ExportOptions, RegExp])[] = [
    [
      "an adapter of a model",
      (at) => ({ to: "adapter", out: join(at, "a") }),
      /^Expected a run trained with `lora`, got a model; use `to: hf`\.$/,
    ],
    [
      "an unknown target",
      (at) => ({ to: "onnx" as never, out: join(at, "a") }),
      /^Expected `to` to be one of hf, gguf, ollama, adapter, got "onnx"\.$/,
    ],
    [
      "an unknown type",
      (at) => ({ to: "hf", out: join(at, "a"), type: "q4" as never }),
      /^Expected `type` to be one of f32, f16, bf16, q8_0, got "q4"\.$/,
    ],
    ["a file of another name", (at) => ({ to: "gguf", out: join(at, "model.bin") }), /to end in \.gguf.*model\.bin/],
    [
      "a folder with a file's name",
      (at) => ({ to: "hf", out: join(at, "model.gguf") }),
      /to be a folder for `to: hf`.*model\.gguf/,
    ],
    [
      "a file that is there",
      (at) => ({ to: "gguf", out: join(at, "there.gguf") }),
      /to be a new file, got .*there\.gguf/,
    ],
    ["a folder that isn't empty", (at) => ({ to: "hf", out: at }), /to be a new or empty folder, got/],
    [
      "a file in place of the folder",
      (at) => ({ to: "hf", out: join(at, "there.gguf", "x") }),
      /to be under a folder.*there\.gguf is a file/,
    ],
    ["a file as the folder", (at) => ({ to: "hf", out: join(at, "file") }), /to be a new or empty folder, got .*file/],
  ];
  test.each(cases)("%s", async (_, options, message) => {
    writeFileSync(join(folder, "there.gguf"), "");
    writeFileSync(join(folder, "file"), "");
    // There is no such model: it must not come to loading.
    const error: unknown = await exportModel(join(folder, "none"), options(folder)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message).toMatch(message);
    expect(readdirSync(folder).toSorted()).toEqual(["file", "there.gguf"]);
  });

  // Whoever may do anything finds nothing that can't be written.
  test.skipIf(process.getuid?.() === 0)("a folder that can't be written to", async () => {
    chmodSync(folder, 0o500);
    await expect(
      exportModel(join(folder, "none"), { to: "gguf", out: join(folder, "deep", "x.gguf") }),
    ).rejects.toThrow(/to be where files can be written, got .*x\.gguf, and no permission for/);
    chmodSync(folder, 0o700);
  });

  test("an unknown run, one that has no model yet, and a model without a tokenizer", async () => {
    const out = join(folder, "out.gguf");
    await expect(exportModel(join(folder, "none"), { to: "gguf", out })).rejects.toThrow(
      /none" to be a model \(.*\), got no such file or folder; correct the name\.$/,
    );
    await expect(exportModel(runOf(null), { to: "gguf", out })).rejects.toThrow(CheckpointError);
    cpSync(BASE, join(folder, "mute"), { recursive: true });
    rmSync(join(folder, "mute", "tokenizer.json"));
    await expect(exportModel(join(folder, "mute"), { to: "gguf", out })).rejects.toThrow(
      /tokenizer\.json, got no such file/,
    );
    expect(readdirSync(folder).toSorted()).toEqual(["mute", "run"]);
  });
});
