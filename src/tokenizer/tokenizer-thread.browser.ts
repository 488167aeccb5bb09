import { TokenizerError } from "../errors.ts";
import type { ThreadTokenizer } from "./tokenizer-thread.ts";

/** A tab can't wait for a thread. @throws TokenizerError always */
export function tokenizerThread(): ThreadTokenizer {
  throw new TokenizerError(
    "Expected a tokenizer whose parts are known, got one with patterns of its own, which a tab doesn't run; open it with `aha`.",
  );
}
