import { MessageChannel } from "node:worker_threads";

/** Two ports that hear each other. */
export function messagePorts(): MessageChannel {
  return new MessageChannel();
}
