/** What a page has of a worker, in a thread of Node. */
export declare class WebWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: { readonly message: string }) => void) | null;
  constructor(address: string | URL, options?: { readonly name?: string });
  postMessage(data: unknown): void;
  terminate(): void;
}
