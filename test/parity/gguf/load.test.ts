import { expect, test } from "vitest";
import { CheckpointError } from "../../../src/errors.ts";
import { loadCheckpoint } from "../../../src/formats/checkpoint.ts";
import { parameterLayout } from "../../../src/model/parameters.ts";

const pathOf = (name: string): string => new URL(`${name}.gguf`, import.meta.url).pathname;
const fixture = (name: string): string => new URL(`../fixtures/${name}`, import.meta.url).pathname;

test.each(["llama", "llama-linear-rope", "qwen2", "qwen3"])(
  "%s.gguf holds the model of the folder that it was made of, bit for bit (make_gguf.py)",
  async (name) => {
    const [found, expected] = [await loadCheckpoint(pathOf(name)), await loadCheckpoint(fixture(name))];
    expect(found.config).toEqual(expected.config);
    expect(found.parameters).toEqual(expected.parameters);
  },
);

test("quantised matrices come near the numbers that they were made of", async () => {
  const [found, expected] = [await loadCheckpoint(pathOf("llama-q8")), await loadCheckpoint(fixture("llama"))];
  let rounded = 0;
  for (const { name, offset, size } of parameterLayout(found.config)) {
    for (let i = offset; i < offset + size; i++) {
      const [value, exact] = [found.parameters[i]!, expected.parameters[i]!];
      if (value !== exact) rounded++;
      expect(Math.abs(value - exact), name).toBeLessThan(0.01);
    }
  }
  expect(rounded).toBeGreaterThan(1000);
});

test("Llama 3.1's table of rotary factors gives back its scaling; another is refused", async () => {
  expect((await loadCheckpoint(pathOf("llama31"))).config.ropeScaling).toEqual({
    kind: "llama3",
    factor: 8,
    lowFrequencyFactor: 1,
    highFrequencyFactor: 4,
    originalPositions: 8192,
  });
  const error: unknown = await loadCheckpoint(pathOf("other-rope")).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CheckpointError);
  expect((error as Error).message).toContain("rope_freqs.weight");
});

test.each([
  ["llama", "then the an 42", ["the", "n", "\u0120the", "\u0120", "an", "\u0120", "4", "2"]],
  ["qwen2", "in\nthe", ["in", "\u010a", "the"]],
])("%s.gguf's tokenizer cuts %j", async (name, text, tokens) => {
  const { tokenizer } = await loadCheckpoint(pathOf(name));
  const ids = tokenizer.encode(text);
  expect(ids.map((id) => tokenizer.idToToken(id))).toEqual(tokens);
  expect(tokenizer.decode(ids)).toBe(text);
  expect(tokenizer.encode(`a<|end|>`)).toEqual([...tokenizer.encode("a"), 1]);
});
