/** What a worker's module sees as `self`: the page's types don't know workers. */
export interface WorkerScope {
  /** That it was opened with. */
  readonly name: string;
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

export const workerScope: WorkerScope = self as unknown as WorkerScope;
