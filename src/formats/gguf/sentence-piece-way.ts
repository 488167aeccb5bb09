import { isJsonObject } from "../../host/show-json.ts";
import type { TokenizerJson } from "../../tokenizer/word-tokenizer.ts";
import { flag, float32s, textValue, uint32 } from "./gguf-value.ts";
import { mergesByScore } from "./merges-by-score.ts";
import { TOKEN_KINDS, type GgufToken } from "./token-kinds.ts";
import type { TokenizerWay } from "./tokenizer-way.ts";
import { mergePairs, modelOf, vocabularyTokens } from "./vocabulary-tokens.ts";
import { WORD_START } from "./word-pieces.ts";

const BYTE_TOKEN = /^<0x[0-9A-F]{2}>$/;

/** SentencePiece's BPE with bytes to fall back on: Llama 2 and its like. */
export const sentencePieceWay: TokenizerWay = (json, config) => {
  const { type, byte_fallback: byteFallback, unk_token: unknown } = modelOf(json);
  const merges = mergePairs(json);
  const addsPrefix = addsSpacePrefix(json);
  if (type !== "BPE" || byteFallback !== true || merges === undefined || addsPrefix === undefined) return undefined;
  const scores = mergeScores(merges);
  const kindOf = ({ text: token, kind }: GgufToken): number => {
    if (token === unknown) return TOKEN_KINDS.unknown;
    return kind === TOKEN_KINDS.normal && BYTE_TOKEN.test(token) ? TOKEN_KINDS.byte : kind;
  };
  const tokens = vocabularyTokens(json, config.vocabSize).map((token) => ({
    ...token,
    kind: kindOf(token),
    score: scores.get(token.text) ?? 0,
  }));
  if (!sameMerges(merges, mergesByScore(tokens))) return undefined;
  const unknownId = tokens.findIndex(({ kind }) => kind === TOKEN_KINDS.unknown);
  return {
    tokens,
    fields: [
      ["model", textValue("llama")],
      ["pre", textValue("default")],
      ["scores", float32s(tokens.map(({ score }) => score))],
      ["add_space_prefix", flag(addsPrefix)],
      ...(unknownId < 0 ? [] : [["unknown_token_id", uint32(unknownId)] as const]),
    ],
  };
};

/**
 * Whether text gets a space in front, for a normalizer that writes spaces as SentencePiece does; undefined for another.
 */
function addsSpacePrefix(json: TokenizerJson): boolean | undefined {
  const normalizer = json["normalizer"];
  const steps =
    isJsonObject(normalizer) && Array.isArray(normalizer["normalizers"]) ? normalizer["normalizers"] : [normalizer];
  const prefix = JSON.stringify({ type: "Prepend", prepend: WORD_START });
  const spaces = JSON.stringify({ type: "Replace", pattern: { String: " " }, content: WORD_START });
  const found = steps.map((step) => JSON.stringify(step)).join();
  if ((json["pre_tokenizer"] ?? null) !== null) return undefined;
  if (found === `${prefix},${spaces}`) return true;
  return found === spaces ? false : undefined;
}

/** The token that is merged to first has the best score. */
function mergeScores(merges: readonly (readonly [string, string])[]): Map<string, number> {
  const scores = new Map<string, number>();
  for (const [left, right] of merges) if (!scores.has(left + right)) scores.set(left + right, -1 - scores.size);
  return scores;
}

/** Whether merges by score are the same, token after token; the order of one token's merges doesn't matter. */
function sameMerges(
  merges: readonly (readonly [string, string])[],
  byScore: readonly (readonly [string, string])[],
): boolean {
  const wholes = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.map((pair) => pair.join("")).join("\n");
  const known = new Set(merges.map((pair) => pair.join("\n")));
  return wholes(merges) === wholes(byScore) && byScore.every((pair) => known.has(pair.join("\n")));
}
