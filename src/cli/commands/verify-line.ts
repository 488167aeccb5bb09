/** What is said of a line that can't be judged. */
export function failedLine(id: unknown, place: number, reason: string): object {
  return { id, verdict: "unverifiable", reason: `line ${place}: ${reason}`, error: true };
}

export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
