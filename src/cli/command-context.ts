import type { Compositions } from "./compositions.ts";
import type { FlagNames } from "./flag-names.ts";
import type { Host } from "./host.ts";

/** What a command gets. It leaves its exit code in `exitCode`; 0 unless it says otherwise. */
export interface CommandContext {
  readonly host: Host;
  readonly compositions: Compositions;
  exitCode: number;
  /** Of the command that runs; none before it begins. */
  flags: FlagNames;
}
