import { getLlama, LlamaLogLevel, type Token } from "node-llama-cpp";

/** A GGUF file loaded by llama.cpp, on the processor and in 32 bits throughout. */
export interface LlamaCppModel {
  /** Special tokens written in the text become their ids; none are added. */
  tokenize(text: string): number[];
  /** The text of tokens, special ones shown. */
  detokenize(tokens: readonly number[]): string;
  /** The likeliest token again and again, `count` times, ends of text as any other. */
  greedy(prompt: readonly number[], count: number): Promise<number[]>;
  dispose(): Promise<void>;
}

/** @param path of a GGUF file */
export async function loadInLlamaCpp(path: string): Promise<LlamaCppModel> {
  const llama = await getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
  });
  const model = await llama.loadModel({ modelPath: path, checkTensors: true });
  return {
    tokenize: (text) => model.tokenize(text, true),
    detokenize: (tokens) => model.detokenize(tokens as Token[], true),
    async greedy(prompt, count) {
      const size = prompt.length + count;
      const context = await model.createContext({
        contextSize: size,
        batchSize: size,
        threads: 1,
        flashAttention: false,
        experimentalKvCacheKeyType: "F32",
        experimentalKvCacheValueType: "F32",
      });
      const tokens: number[] = [];
      for await (const token of context
        .getSequence()
        .evaluate(prompt as Token[], { temperature: 0, yieldEogToken: true })) {
        tokens.push(token);
        if (tokens.length === count) break;
      }
      await context.dispose();
      return tokens;
    },
    async dispose() {
      await model.dispose();
      await llama.dispose();
    },
  };
}
