import { show } from "../errors.ts";

/**
 * Shows a value out of a foreign JSON file in a message; deep or large ones by their kind only, since they may be
 * hostile.
 */
export function showJson(value: unknown): string {
  const isPlain = (item: unknown): boolean => typeof item !== "object" || item === null;
  if (Array.isArray(value))
    return value.length <= 8 && value.every(isPlain) ? show(value) : `an array of ${value.length}`;
  return isPlain(value) ? show(value) : "an object";
}

/** Whether a value out of a JSON file is an object with named fields. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
