/**
 * The errors that a user can cause. Each says what was expected, what came and what to do,
 * in one line; the command line prints that line and leaves with exit code 2.
 */
export class AhaError extends Error {
  override readonly name: string = "AhaError";
}

/** An option, flag or argument has a value that can't be used. */
export class OptionError extends AhaError {
  override readonly name: string = "OptionError";
}

/** A tensor has another shape or type than the operator takes. */
export class ShapeError extends AhaError {
  override readonly name: string = "ShapeError";
}

/** A model folder or weight file is missing, damaged, or doesn't fit its own description. */
export class CheckpointError extends AhaError {
  override readonly name: string = "CheckpointError";
}

/** A tokenizer can't be read, or doesn't fit the model. */
export class TokenizerError extends AhaError {
  override readonly name: string = "TokenizerError";
}

/** A task is unknown, or its definition breaks the contract. */
export class TaskError extends AhaError {
  override readonly name: string = "TaskError";
}

/** A run folder is missing, damaged, or belongs to another configuration. */
export class RunError extends AhaError {
  override readonly name: string = "RunError";
}

/** The tensor engine failed, or produced numbers that must not be trained on. */
export class EngineError extends AhaError {
  override readonly name: string = "EngineError";
}

/** Characters that `show` gives at most. */
const LONGEST_SHOWN = 120;
const DEEPEST_SHOWN = 8;

/**
 * Shows a received value in an error message: short, on one line, without control characters. Never throws, whatever it
 * is.
 */
export function show(value: unknown): string {
  const text = shown(value).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "?");
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 3)}...` : text;
}

function shown(value: unknown): string {
  try {
    if (typeof value === "string") return JSON.stringify(value.slice(0, LONGEST_SHOWN));
    if (typeof value === "object" && value !== null)
      return JSON.stringify(beginning(value, 0, { left: LONGEST_SHOWN })) ?? "an object";
    return String(value).slice(0, LONGEST_SHOWN + 1);
  } catch {
    // A getter or a proxy that throws, for example.
    return "something that can't be shown";
  }
}

/**
 * As much of a value as a message has room for: a foreign one may be of any depth and size.
 *
 * @param room values that may still be looked at
 */
function beginning(value: unknown, depth: number, room: { left: number }): unknown {
  if (typeof value === "string") return value.slice(0, LONGEST_SHOWN);
  if (typeof value === "bigint") return String(value);
  // A function could be a `toJSON`, which would be called.
  if (typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (depth === DEEPEST_SHOWN || --room.left < 0) return Array.isArray(value) ? "[...]" : "{...}";
  if (Array.isArray(value)) {
    const length = Math.min(value.length, LONGEST_SHOWN);
    return Array.from({ length }, (_, i) => beginning(value[i], depth + 1, room));
  }
  const fields = Object.create(null) as Record<string, unknown>;
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue;
    if (--room.left < 0) break;
    fields[name.slice(0, LONGEST_SHOWN)] = beginning((value as Record<string, unknown>)[name], depth + 1, room);
  }
  return fields;
}

/** Checks that an argument is a text, for those who write JavaScript. @throws OptionError */
export function textArgument(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string") throw new OptionError(`Expected \`${name}\` to be a text, got ${show(value)}.`);
}

/** Checks that an argument is an object, for those who write JavaScript. @throws OptionError */
export function objectArgument(name: string, value: unknown): asserts value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new OptionError(`Expected \`${name}\` to be an object, got ${show(value)}.`);
}

/** Checks that an option is an integer within bounds. @throws OptionError */
export function integerOption(
  name: string,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
  throw new OptionError(`Expected \`${name}\` to be an integer ${range}, got ${show(value)}.`);
}

/** Checks that an option is a finite number within bounds. @throws OptionError */
export function numberOption(
  name: string,
  value: unknown,
  least: number,
  most: number = Number.POSITIVE_INFINITY,
): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= least && value <= most) return value;
  const range = most === Number.POSITIVE_INFINITY ? `from ${least} up` : `from ${least} to ${most}`;
  throw new OptionError(`Expected \`${name}\` to be a number ${range}, got ${show(value)}.`);
}
