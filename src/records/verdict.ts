/** What a verifier found. A crash, a time-out or an unreadable answer is never silently a 0. */
export type Verdict =
  | { readonly kind: "right" }
  | { readonly kind: "wrong"; readonly reason: string }
  | { readonly kind: "unverifiable"; readonly reason: string };
