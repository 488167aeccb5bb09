import { getLlama, LlamaLogLevel, type ControlledEvaluateInputItem, type Token } from "node-llama-cpp";

/** A GGUF file loaded by llama.cpp, on the processor and in 32 bits throughout. */
export interface LlamaCppModel {
  /** Special tokens written in the text become their ids; none are added. */
  tokenize(text: string): number[];
  /** The text of tokens, special ones shown. */
  detokenize(tokens: readonly number[]): string;
  /** The likeliest token again and again, `count` times, ends of text as any other. */
  greedy(prompt: readonly number[], count: number): Promise<number[]>;
  /** The log-probability, at temperature 1, of each token behind the first `known`, given all before it. */
  logprobs(tokens: readonly number[], known: number): Promise<number[]>;
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
  const contextOf = (size: number): ReturnType<typeof model.createContext> =>
    model.createContext({
      contextSize: size,
      batchSize: size,
      threads: 1,
      flashAttention: false,
      experimentalKvCacheKeyType: "F32",
      experimentalKvCacheValueType: "F32",
    });
  return {
    tokenize: (text) => model.tokenize(text, true),
    detokenize: (tokens) => model.detokenize(tokens as Token[], true),
    async greedy(prompt, count) {
      const context = await contextOf(prompt.length + count);
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
    async logprobs(tokens, known) {
      const context = await contextOf(tokens.length);
      const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };
      const told = { generateNext: { probabilities: true, options } };
      const input = tokens
        .slice(0, -1)
        .map((token, i): ControlledEvaluateInputItem => (i < known - 1 ? (token as Token) : [token as Token, told]));
      const outputs = await context.getSequence().controlledEvaluate(input);
      await context.dispose();
      return tokens.slice(known).map((token, i) => {
        const chance = outputs[known - 1 + i]?.next.probabilities?.get(token as Token);
        if (chance === undefined) throw new Error(`Expected a probability of token ${token}, got none.`);
        return Math.log(chance);
      });
    },
    async dispose() {
      await model.dispose();
      await llama.dispose();
    },
  };
}
