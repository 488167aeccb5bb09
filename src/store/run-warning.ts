/** Something in a run's figures that a person should look at. */
export interface RunWarning {
  readonly kind:
    | "collapse"
    | "truncated"
    | "no-signal"
    | "reward-hacking"
    | "format-lost"
    | "sampler-gap"
    | "gradient"
    | "stale"
    | "held-back"
    | "mixed-samplers"
    | "failed";
  /** The step at which it began. */
  readonly step: number;
  /** The chart that shows it, by the name of its field in StepMetrics: `accuracy`, `truncatedShare`, ... */
  readonly chart: string;
  /** What is seen, what it means and what to do, in plain words. */
  readonly message: string;
}

/** `From step 12: ...`, for a terminal, a report or a chart. */
export function warningLine({ step, message }: RunWarning): string {
  return `From step ${step}: ${message}`;
}
