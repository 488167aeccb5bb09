/** The thread that keeps runs and answers for the dashboard. */
import { answerCalls, type AnyProgram } from "../../host/answer-calls.ts";
import type { CallMessage } from "../../host/worker-calls.ts";
import { workerScope } from "../trainer/worker-scope.ts";
import { storeProgram } from "./store-program.ts";

const take = answerCalls(
  () => Promise.resolve(storeProgram as unknown as AnyProgram),
  (message, transfer = []) => workerScope.postMessage(message, [...transfer]),
);
workerScope.onmessage = ({ data }: MessageEvent<CallMessage>) => take(data);
