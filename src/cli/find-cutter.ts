import { RunTokenizers } from "../dashboard/server/run-tokenizers.ts";
import { tokenPieces } from "../dashboard/server/token-pieces.ts";
import type { FindCutter } from "../pipelines/record-pipeline.ts";

/** By the tokenizer of a model in the run's folder. */
export const findCutter: FindCutter = async (folder) => {
  const tokenizer = await new RunTokenizers().of(folder);
  return tokenizer === null ? null : (tokens, text) => tokenPieces(tokenizer, tokens, text);
};
