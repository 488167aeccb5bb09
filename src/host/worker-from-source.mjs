/** In a source checkout (tests, tsx) modules are TypeScript, which a worker thread of Node 20 can't load by itself. */
import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
await import(workerData.main);
