import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";

/** The next message that waits at a port, taken without giving up the thread; undefined where none does. */
export function waitingMessage(port: MessagePort): { readonly message: unknown } | undefined {
  return receiveMessageOnPort(port);
}
