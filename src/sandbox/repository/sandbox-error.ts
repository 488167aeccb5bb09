/** The sandbox's own fault, never the answer's: what is judged may be asked again. */
export class SandboxError extends Error {
  override readonly name: string = "SandboxError";
}

export function deadlinePassed(phase: string, seconds: number, cause: unknown): SandboxError {
  return new SandboxError(`${phase} took longer than ${seconds} seconds`, { cause });
}
