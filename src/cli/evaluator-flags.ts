export interface EvaluatorFlags {
  /** A run's folder, or the address of a queue that is served. */
  readonly target: string;
  readonly task?: string;
  readonly token?: string;
  readonly atOnce?: number;
  /** Runs programs without walls where this machine has none. */
  readonly unsafeSandbox?: boolean;
}

export interface EvaluatorSummary {
  readonly target: string;
  readonly judged: number;
  /** Infrastructure errors. */
  readonly failed: number;
}
