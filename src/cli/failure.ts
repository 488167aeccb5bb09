import { CommanderError } from "commander";
import { AhaError } from "../errors.ts";
import { inFlags, type FlagNames } from "./flag-names.ts";
import { peerHint } from "./peer-words.ts";
import { printable, printableLine } from "../text/printable.ts";

/** How a failed command ends: what goes to standard error, and the exit code. */
export interface CommandFailure {
  readonly text: string;
  readonly code: number;
}

/** Exit code of a run that was stopped by Ctrl-C. */
export const INTERRUPTED = 130;

/**
 * A user's mistake is one line and code 2; a mistake of ours is named as such and ends with code 1.
 *
 * @param flags of the command that failed: options are named by them
 */
export function failureOf(error: unknown, debug: boolean, flags: FlagNames): CommandFailure {
  if (error instanceof CommanderError) return { text: "", code: error.exitCode === 0 ? 0 : 2 };
  if (error instanceof AhaError) return { text: `aha: ${printableLine(inFlags(error.message, flags))}\n`, code: 2 };
  const system = systemFailure(error);
  if (system !== null) return { text: `aha: ${printableLine(system)}\n`, code: 2 };
  const message = error instanceof Error ? error.message : String(error);
  const stack = debug && error instanceof Error && error.stack !== undefined ? `${printable(error.stack)}\n` : "";
  const hint = debug ? "" : " (AHA_DEBUG=1 shows where)";
  return { text: `aha: internal error: ${printableLine(message)}${hint}\n${stack}`, code: 1 };
}

/** What the machine refused, in words; null for anything else. */
function systemFailure(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  const path = "path" in error && typeof error.path === "string" ? ` (${error.path})` : "";
  switch (error.code) {
    case "ENOSPC":
      return `The disk is full${path}; free some space and go on with \`aha resume\`.`;
    case "EDQUOT":
      return `The disk quota is used up${path}; free some space and go on with \`aha resume\`.`;
    case "EACCES":
    case "EPERM":
      return `No permission to write or read here${path}; choose another folder.`;
    case "EROFS":
      return `The file system is read-only${path}; choose another folder.`;
    case "SQLITE_FULL":
      return "The disk is full; free some space and go on with `aha resume`.";
    default:
      return null;
  }
}

/** commander's message on one line, with what a peer's word is called here, or with commander's suggestion. */
export function usageLine(message: string): string {
  const hint = peerHint(message);
  const said = message.trim().replace(/^error: /, "");
  if (hint !== null) return `aha: ${printableLine(said.split("\n")[0]!.replace(/\.$/, ""))}: ${hint}.\n`;
  const line = said.replace(/\s*\n\s*\(?(Did you mean [^?]*\?)\)?/, ". $1");
  return `aha: ${printableLine(line)}\n`;
}
