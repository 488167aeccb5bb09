/** A request as the host sends it; the id is answered with, and an engine hands the rest to its language. */
export interface ChildRequest {
  readonly id: string;
  readonly op: "call" | "stdio" | "check" | "checker" | "prelude" | "none";
  readonly stdin?: string;
  readonly prelude?: string;
  readonly [field: string]: unknown;
}

/** An interpreter that is as new for each request. */
export interface Interpreter {
  /** Runs a request to its end and writes the frames that come of it. */
  run(request: ChildRequest): void;
  /** After which nothing is left of what ran. */
  restore(): void | Promise<void>;
}

export interface OpenInterpreter {
  readonly engine: Interpreter;
  /** With which other processes start, where this one made it. */
  readonly snapshot: Uint8Array | undefined;
}
