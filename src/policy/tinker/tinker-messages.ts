import { EngineError, show } from "../../errors.ts";

/** The server said no, or lost the same work again and again. */
export function serverFailed(shown: string, reason: string): EngineError {
  return new EngineError(
    `Expected ${shown} to do what was asked, got ${reason}; look at the server, and go on with \`aha resume\`.`,
  );
}

/** What was saved on the server isn't there any more. */
export function weightsGone(shown: string, weights: string, reason: string): EngineError {
  return new EngineError(
    `Expected ${shown} to hold ${show(weights)}, which it saved for this run, got ${reason}; give the server its checkpoints back and go on with \`aha resume\`, or begin another run.`,
  );
}
