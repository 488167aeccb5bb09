/** What was read back. */
export interface ImportSummary {
  readonly run: string;
  readonly steps: number;
  readonly rollouts: number;
}

/** Reads what another engine recorded into a run. */
export function importRun(folder: string, run: string): Promise<ImportSummary> {
  throw new Error(`not yet: ${folder} ${run}`);
}
