import { DEFAULT_DEVICE } from "../../engine/index.ts";
import { EngineError } from "../../errors.ts";

/** The device that a policy of this process has; two threads with sessions on a GPU end a process. */
let held: string | undefined;

/**
 * Takes a device for one policy until the function that comes back is called. The CPU is there for everybody.
 *
 * @throws EngineError where a policy of this process has one already
 */
export function claimDevice(device: string): () => void {
  if (device === DEFAULT_DEVICE) return () => undefined;
  if (held !== undefined)
    throw new EngineError(
      `Expected one policy on a GPU at a time in a process, got a second on ${device} while one is on ${held}; stop the first, or use \`device: cpu\`.`,
    );
  held = device;
  let isMine = true;
  return () => {
    if (isMine) held = undefined;
    isMine = false;
  };
}
