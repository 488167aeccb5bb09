/** What BullMQ keeps of a job: JSON in JSON, so that ours is hashed and measured before it is parsed. */
export interface SamplerData {
  readonly job: string;
}

/** @returns the name of a run's queue of jobs */
export function samplerQueue(run: string): string {
  return `${run}.samples`;
}
