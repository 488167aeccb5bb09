import type { ModelConfig } from "../../model/model-config.ts";
import { parameterCount } from "../../model/parameters.ts";
import type { BasePrecision } from "./base-precision.ts";

/** Up to so many parameters there is room for what makes writing faster. */
const ROOMY = 600_000_000;

/**
 * What is kept on a device for writing alone: weights with their adapter merged, and a tied output layer transposed.
 * Not where memory is short: a base in 16 bits says that it is.
 */
export function keepsForWriting({
  config,
  basePrecision,
}: {
  readonly config: ModelConfig;
  readonly basePrecision: BasePrecision;
}): { readonly mergesAdapter: boolean; readonly transposesHead: boolean } {
  const isRoomy = basePrecision === "float32";
  return { mergesAdapter: isRoomy && parameterCount(config) <= ROOMY, transposesHead: isRoomy };
}
