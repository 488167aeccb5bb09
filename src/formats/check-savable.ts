import { CheckpointError, TokenizerError } from "../errors.ts";
import { checkModelConfig, type ModelConfig } from "../model/model-config.ts";
import { parameterCount, parameterLayout } from "../model/parameters.ts";
import { checkFinite } from "./read-parameters.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** What every file format saves of a model. */
export interface SavableModel {
  readonly config: ModelConfig;
  /** In the order of `parameterLayout(config)`. */
  readonly parameters: Float32Array;
  readonly tokenizer: Tokenizer;
}

/**
 * Checks that the parts of a model belong together and that its weights are finite.
 *
 * @param where what it is to be saved as, for messages
 * @throws CheckpointError where the parameters don't fit the config or aren't finite
 * @throws TokenizerError where the tokenizer has more ids than the model has rows
 */
export function checkSavable({ config, parameters, tokenizer }: SavableModel, where: string): void {
  checkModelConfig(config, where);
  if (parameters.length !== parameterCount(config)) {
    throw new CheckpointError(
      `Expected ${parameterCount(config)} parameters to save in ${where}, got ${parameters.length}; was another config used?`,
    );
  }
  checkFinite(parameters, parameterLayout(config), where);
  checkTokenizerFits(tokenizer, config, where);
}

/** @throws TokenizerError where the tokenizer has more ids than the model has rows */
export function checkTokenizerFits(tokenizer: Tokenizer, config: ModelConfig, where: string): void {
  if (tokenizer.vocabSize <= config.vocabSize) return;
  throw new TokenizerError(
    `Expected the tokenizer of ${where} to have ids below the model's ${config.vocabSize}, got ${tokenizer.vocabSize - 1}; it belongs to another model.`,
  );
}
