import {
  behindPrefix,
  cutPrefix,
  joinPrefix,
  queryBlocks,
  type PrefixedRows,
  type PrefixSizes,
  type Tensor,
} from "../graph/index.ts";
import { blockedCausalAttention, causalAttention, type Attention, type LayerKeyValues } from "./decoder.ts";
import type { ModelConfig } from "./model-config.ts";

/**
 * Attention where rows share a prefix, which is computed once: queries, keys and values are [1, P + B * T, width], the
 * prefix first. It sees itself; each row sees the prefix and what its mask shows of itself, and gradients flow back
 * through the prefix from all rows.
 *
 * @param blocks of the rows' queries, as in `blockedCausalAttention`; undefined for attention without blocks
 * @param masks of the prefix, [P * group, P]; of the rows, [B, 1, T * group, P + T]
 */
export function prefixedAttention(
  config: ModelConfig,
  masks: PrefixedRows,
  sizes: PrefixSizes,
  blocks?: number,
): Attention {
  const group = config.heads / config.kvHeads;
  const attentionOver = (mask: Tensor, queries: Tensor, count: number): Attention =>
    blocks === undefined
      ? causalAttention(config, mask)
      : blockedCausalAttention(config, mask, queryBlocks(queries, count, group));
  let made: { readonly ofPrefix: Attention; readonly ofRows: Attention } | undefined;
  return (layer, queries, keys, values) => {
    const [q, k, v] = [cutPrefix(queries, sizes), cutPrefix(keys, sizes), cutPrefix(values, sizes)] as const;
    const { ofPrefix, ofRows } = (made ??= {
      ofPrefix: attentionOver(masks.prefix, q.prefix, 1),
      ofRows: attentionOver(masks.rows, q.rows, blocks ?? 1),
    });
    return joinPrefix(
      {
        prefix: ofPrefix(layer, q.prefix, k.prefix, v.prefix),
        rows: ofRows(layer, q.rows, behindPrefix(k, sizes), behindPrefix(v, sizes)),
      },
      sizes,
    );
  };
}

/**
 * Attention of rows behind a prefix that was read before.
 *
 * @param past for each layer the prefix's keys and values, [1, P, kvHeads * headDim]
 * @param mask [T * group, P + T]
 */
export function attentionBehind(
  config: ModelConfig,
  past: readonly LayerKeyValues[],
  mask: Tensor,
  sizes: Pick<PrefixSizes, "row" | "rows">,
): Attention {
  const attention = causalAttention(config, mask);
  return (layer, queries, keys, values) => {
    const { keys: pastKeys, values: pastValues } = past[layer]!;
    const all = (prefix: Tensor, own: Tensor): Tensor => behindPrefix({ prefix, rows: own }, sizes);
    return attention(layer, queries, all(pastKeys, keys), all(pastValues, values));
  };
}
