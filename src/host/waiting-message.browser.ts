import { EngineError } from "../errors.ts";

/** A browser's thread hears a message only when it is at rest. @throws EngineError always */
export function waitingMessage(_port: unknown): { readonly message: unknown } | undefined {
  throw new EngineError("Expected to read a port in the middle of work, which a browser doesn't allow; use `sample`.");
}
