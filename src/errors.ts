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

/** Shows a received value in an error message: short, on one line, without control characters. */
export function show(value: unknown): string {
  let text: string;
  try {
    // JSON has no NaN and no Infinity.
    text = (typeof value === "number" ? undefined : JSON.stringify(value)) ?? String(value);
  } catch {
    text = String(value);
  }
  text = text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "?");
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
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
