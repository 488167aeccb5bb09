/** A thread of the tensor engine in a tab. */
import { answerCalls, type AnyProgram } from "../../host/answer-calls.ts";
import type { CallMessage } from "../../host/worker-calls.ts";
import policyWorker from "../../policy/local/policy-worker.ts";
import { workerScope } from "./worker-scope.ts";

/** By the last part of the name that `workerModule` is given. */
const PROGRAMS: Readonly<Record<string, unknown>> = { "policy-worker": policyWorker };

const program = PROGRAMS[workerScope.name] as AnyProgram;
const take = answerCalls(
  () => Promise.resolve(program),
  (message, transfer = []) => workerScope.postMessage(message, [...transfer]),
);
workerScope.onmessage = ({ data }: MessageEvent<CallMessage>) => take(data);
