import { recordedLength } from "../numbers/recorded-length.ts";

/** How long a completion is, in words. */
export function lengthText({ tokens, stop }: { readonly tokens: readonly number[]; readonly stop: string }): string {
  const length = recordedLength(tokens.length, stop);
  if (length === null) return "length not recorded";
  return length === 1 ? "1 token" : `${length} tokens`;
}
