/** Log-probabilities from which a shade holds, from sure to surprising, with what the legend says. */
export const SHADES: readonly (readonly [least: number, name: string, label: string])[] = [
  [Math.log(0.9), "shade-0", "90 % and more"],
  [Math.log(0.5), "shade-1", "50 to 90 %"],
  [Math.log(0.2), "shade-2", "20 to 50 %"],
  [Math.log(0.05), "shade-3", "5 to 20 %"],
  [-Infinity, "shade-4", "below 5 %"],
];

/** The class of a token that was drawn with this log-probability. */
export function shadeOf(logprob: number): string {
  return SHADES.find(([least]) => logprob >= least)?.[1] ?? "shade-4";
}
