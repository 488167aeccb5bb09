import type { Host } from "./host.ts";

/** Where a command's words go: with --json, standard output carries the one JSON object alone. */
export interface Report {
  /** The command's result in words. */
  say(text: string): void;
  /** What it did meanwhile; silent with --quiet. */
  tell(text: string): void;
  /** The command's result for programs: the last line of standard output with --json, nothing without. */
  result(value: object): void;
}

export interface ReportOutput {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function createReport(host: Host, { json = false, quiet = false }: ReportOutput): Report {
  return {
    say(text) {
      if (json) host.error(`${text}\n`);
      else host.out(`${text}\n`);
    },
    tell(text) {
      if (!quiet) host.error(`${text}\n`);
    },
    result(value) {
      if (json) host.out(`${JSON.stringify(value)}\n`);
    },
  };
}
