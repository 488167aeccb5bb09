import * as errors from "../errors.ts";

/** An error on its way between threads: a clone would lose its class. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** One of errors.ts: its message says all that a user needs. */
  readonly known: boolean;
  /** Its own fields beside these, as far as they can be cloned. */
  readonly fields: Readonly<Record<string, unknown>>;
}

type ErrorClass = new (message: string) => errors.AhaError;

/** The classes of errors.ts by name. */
const CLASSES: ReadonlyMap<string, ErrorClass> = new Map(
  Object.values(errors as Record<string, unknown>).flatMap((value) =>
    typeof value === "function" && isErrorClass(value) ? [[value.name, value] as const] : [],
  ),
);

function isErrorClass(value: object): value is ErrorClass {
  return value === errors.AhaError || Object.prototype.isPrototypeOf.call(errors.AhaError, value);
}

/** An error as it is sent. What was thrown may be anything. */
export function sendError(thrown: unknown): SentError {
  if (!(thrown instanceof Error))
    return { name: "Error", message: errors.show(thrown), stack: undefined, known: false, fields: {} };
  const { name, message, stack } = thrown;
  return { name, message, stack, known: thrown instanceof errors.AhaError, fields: fieldsOf(thrown) };
}

function fieldsOf(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(error)) {
    if (name === "name" || name === "message" || name === "stack" || name === "cause") continue;
    try {
      fields[name] = structuredClone(value);
    } catch {
      // A function or a handle means nothing in another thread.
    }
  }
  return fields;
}

/** The error as it was thrown, where its class is known; any other as an EngineError that says whose thread failed. */
export function rebuildError({ name, message, stack, known, fields }: SentError, thread: string): Error {
  const error = known
    ? new (CLASSES.get(name) ?? errors.AhaError)(message)
    : new errors.EngineError(`The thread of ${thread} failed: ${message}`);
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, fields);
}
