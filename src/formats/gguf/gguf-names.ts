/** Parts of a layer by their names in Hugging Face's checkpoints, with those in GGUF files. */
const LAYER_PARTS: Readonly<Record<string, string>> = {
  input_layernorm: "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  post_attention_layernorm: "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};
const OTHERS: Readonly<Record<string, string>> = {
  "model.embed_tokens.weight": "token_embd.weight",
  "model.norm.weight": "output_norm.weight",
  "lm_head.weight": "output.weight",
};

/** By what each frequency of the rotary positions is divided, where they are scaled as Llama 3's. */
export const ROPE_FACTORS = "rope_freqs.weight";

/** Whether a file of an architecture has the heads of a parameter woven: see `unweaveHeads`. */
export function isWoven(name: string, architecture: string): boolean {
  return architecture === "llama" && /\.self_attn\.[qk]_proj\./.test(name);
}

/** The name in a GGUF file of a parameter: `model.layers.3.mlp.up_proj.weight` is `blk.3.ffn_up.weight`. */
export function ggufName(name: string): string {
  const [, layer, part, kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  return part === undefined ? OTHERS[name]! : `blk.${layer}.${LAYER_PARTS[part]}.${kind}`;
}

/**
 * Files of the architecture `llama` hold the rows of a query or key projection with the two halves of each head woven
 * into each other, since llama.cpp turns neighbours where transformers turns halves. This unweaves them.
 *
 * @param values [heads * headDim, columns], row by row; a bias has one column
 * @returns the same shape in transformers' order
 */
export function unweaveHeads(values: Float32Array, heads: number, headDim: number): Float32Array {
  return reorderRows(values, heads, headDim, (row) => (row % 2) * (headDim / 2) + (row >> 1));
}

/** The opposite of `unweaveHeads`. */
export function weaveHeads(values: Float32Array, heads: number, headDim: number): Float32Array {
  return reorderRows(values, heads, headDim, (row) => (row % (headDim / 2)) * 2 + Math.floor(row / (headDim / 2)));
}

/** Moves row `row` of each head to `place(row)`. */
function reorderRows(
  values: Float32Array,
  heads: number,
  headDim: number,
  place: (row: number) => number,
): Float32Array {
  const columns = values.length / (heads * headDim);
  const moved = new Float32Array(values.length);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < headDim; row++) {
      const from = (head * headDim + row) * columns;
      moved.set(values.subarray(from, from + columns), (head * headDim + place(row)) * columns);
    }
  }
  return moved;
}
