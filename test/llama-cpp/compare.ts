/**
 * Writes a model as a GGUF file in F32 and continues a prompt greedily for 64 tokens, in aha and in llama.cpp:
 *
 *     npx tsx test/llama-cpp/compare.ts MODEL [PROMPT]
 *
 * MODEL is what every command of aha takes: a folder, a .gguf file or hf:owner/name. Ends with code 1 where tokens
 * differ.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { saveGguf } from "../../src/formats/gguf/save-gguf.ts";
import { greedyTokens } from "./greedy-tokens.ts";
import { loadInLlamaCpp } from "./llama-cpp.ts";
import { peakMegabytesResident } from "../../src/host/peak-memory.ts";

const TOKENS = 64;
const [model, text = "<|im_start|>user\nWhat is 17 plus 25? Explain.<|im_end|>\n<|im_start|>assistant\n"] =
  process.argv.slice(2);
if (model === undefined) throw new Error("Expected a model.");

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const folder = mkdtempSync(join(tmpdir(), "aha-compare-"));
try {
  const checkpoint = await loadCheckpoint(model);
  const path = join(folder, "model.gguf");
  const started = performance.now();
  await saveGguf(path, checkpoint);
  console.log(
    `${checkpoint.parameters.length} parameters, ${statSync(path).size} bytes written in ${seconds(started)}; peak memory ${peakMegabytesResident()} MB`,
  );

  const prompt = checkpoint.tokenizer.encode(text);
  const ours = await greedyTokens(checkpoint, prompt, TOKENS);
  console.log(`aha:       ${JSON.stringify(checkpoint.tokenizer.decode(ours))}`);
  const llamaCpp = await loadInLlamaCpp(path);
  const theirPrompt = llamaCpp.tokenize(text);
  const theirs = await llamaCpp.greedy(prompt, TOKENS);
  console.log(`llama.cpp: ${JSON.stringify(llamaCpp.detokenize(theirs))}`);
  await llamaCpp.dispose();

  const same = ours.findIndex((token, i) => token !== theirs[i]);
  console.log(
    `The prompt's ${prompt.length} tokens are ${prompt.join() === theirPrompt.join() ? "the same" : "OTHERS"}; ${same < 0 ? `all ${ours.length} new tokens are the same` : `new tokens differ from the ${same + 1}th on`}.`,
  );
  if (same >= 0 || prompt.join() !== theirPrompt.join()) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
