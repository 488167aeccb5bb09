import { RunError } from "../../errors.ts";
import { misfitText } from "../../store/shape.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { hasUnsafeName, RECORDING_SHAPE } from "./recording-shape.ts";
import { RECORDING_FORMAT, RECORDING_VERSION, type Recording } from "./recording.ts";

/** Bytes that are taken from anybody; those that are written here stay well below. */
export const MOST_READ_BYTES = 4_000_000;
const MOST_CONTAINERS = 100_000;
const MOST_DEPTH = 12;

/**
 * A recording from its bytes, which may be a stranger's: every field is checked. Runs in a browser too.
 *
 * @throws RunError for what is no recording, one of a newer version, or a damaged one
 */
export function readRecording(bytes: Uint8Array): Recording {
  if (bytes.length > MOST_READ_BYTES)
    throw new RunError(`Expected a recording of at most ${MOST_READ_BYTES / 1e6} MB, got a larger file.`);
  const json = foreignJson(bytes, MOST_CONTAINERS, MOST_DEPTH);
  if (json.expected !== undefined)
    throw new RunError(`Expected a recording of \`aha record\`, got ${json.got ?? "a file that isn't JSON"}.`);
  const { value } = json;
  if (!isOurs(value)) throw new RunError("Expected a recording of `aha record`, got another file.");
  if (Number.isInteger(value.version) && (value.version as number) > RECORDING_VERSION)
    throw new RunError(
      `Expected a recording of version ${RECORDING_VERSION}, got ${String(value.version)}, which a newer program made.`,
    );
  const misfit = RECORDING_SHAPE(value);
  if (misfit !== null) throw new RunError(`This recording is damaged: ${misfitText(misfit)}.`);
  if (hasUnsafeName(value)) throw new RunError("This recording is damaged: it has names that no recording has.");
  return value as unknown as Recording;
}

function isOurs(value: unknown): value is { readonly format: string; readonly version?: unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.hasOwn(value, "format") &&
    (value as { readonly format: unknown }).format === RECORDING_FORMAT
  );
}
