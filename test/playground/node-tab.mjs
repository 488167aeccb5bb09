/**
 * A tab without a browser: runs the built page's worker in a thread of Node, with what of a Web Worker it needs. So
 * Node computes with the very WebAssembly that browsers do.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parentPort, Worker as Thread, workerData } from "node:worker_threads";

/** What a page has of a worker. */
class WebWorker {
  onmessage = null;
  onerror = null;

  constructor(address, { name = "" } = {}) {
    this.thread = new Thread(new URL("./node-tab.mjs", import.meta.url), {
      workerData: { address: String(address), name },
      env: {},
    });
    this.thread.on("message", (data) => this.onmessage?.({ data }));
    this.thread.on("error", (error) => this.onerror?.({ message: error.stack ?? String(error) }));
  }

  postMessage(data, transfer = []) {
    this.thread.postMessage(data, transfer);
  }

  terminate() {
    void this.thread.terminate();
  }
}

/** Files for addresses of the page's folder. */
async function fetchFile(address) {
  return new Response(await readFile(fileURLToPath(address)));
}

export { WebWorker };

if (workerData?.address !== undefined) {
  const waiting = [];
  const scope = globalThis;
  Object.assign(scope, {
    self: scope,
    name: workerData.name,
    crossOriginIsolated: false,
    Worker: WebWorker,
    fetch: fetchFile,
    postMessage: (data, transfer = []) => parentPort.postMessage(data, transfer),
  });
  const hear = (data) => (typeof scope.onmessage === "function" ? scope.onmessage({ data }) : waiting.push(data));
  parentPort.on("message", hear);
  await import(workerData.address);
  for (const data of waiting.splice(0)) hear(data);
}
