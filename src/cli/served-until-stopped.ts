import type { CommandContext } from "./command-context.ts";
import { INTERRUPTED } from "./failure.ts";
import { ONE_PRESS_SECONDS } from "./interruptible.ts";

/**
 * Serves until Ctrl-C, then lets what is under way end; a second Ctrl-C doesn't wait for it.
 *
 * @param message what the first one answers
 */
export async function servedUntilStopped(
  { host }: CommandContext,
  message: string,
  served: { stop(): Promise<void> },
): Promise<void> {
  let pressed: () => void = () => undefined;
  const remove = host.onInterrupt(() => pressed());
  const press = (): Promise<void> => new Promise((resolve) => (pressed = resolve));
  await press();
  host.error(`\n${message}\n`);
  const first = host.seconds();
  pressed = () => {
    // npm and the terminal may each pass on the same Ctrl-C.
    if (host.seconds() - first >= ONE_PRESS_SECONDS) host.endAtOnce(INTERRUPTED);
  };
  await served.stop();
  remove();
}
