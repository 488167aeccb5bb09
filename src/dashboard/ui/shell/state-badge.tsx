import type { VNode } from "preact";
import type { VerdictKind } from "../../../records/verdict.ts";
import type { RunListing } from "../../api.ts";
import { STATE_WORDS } from "./words.ts";

/** A run's state: a word, with a sign of its own shape. */
export function StateBadge({ state }: { readonly state: RunListing["state"] }): VNode {
  return <span class={`badge state-${state}`}>{STATE_WORDS[state]}</span>;
}

const VERDICT_SIGNS: Readonly<Record<VerdictKind, string>> = { right: "✓", partly: "½", wrong: "✗", unverifiable: "?" };

/** A verdict: a word and a sign. */
export function VerdictBadge({ verdict }: { readonly verdict: VerdictKind }): VNode {
  return (
    <span class={`verdict verdict-${verdict}`}>
      <span aria-hidden="true">{VERDICT_SIGNS[verdict]}</span> {verdict}
    </span>
  );
}
