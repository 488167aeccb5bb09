import type { Verdict } from "../records/verdict.ts";

/** A verdict as it is, a boolean as one; undefined for anything else. */
export function asVerdict(value: unknown): Verdict | undefined {
  if (value === true) return { kind: "right" };
  if (value === false) return { kind: "wrong", reason: "not what the task asks for" };
  if (typeof value !== "object" || value === null || !("kind" in value)) return undefined;
  if (value.kind === "right") return { kind: "right" };
  if (value.kind !== "wrong" && value.kind !== "unverifiable") return undefined;
  return {
    kind: value.kind,
    reason: "reason" in value && typeof value.reason === "string" ? value.reason : "no reason given",
  };
}
