import { runCommandLine } from "../../src/cli/command-line.ts";
import type { Compositions } from "../../src/cli/compositions.ts";
import { fakeHost } from "./fake-host.ts";
import { fakeCompositions } from "./fake-results.ts";

/** Runs a command line whose compositions are made up, and gives what it wrote. @param words parted by spaces */
export async function runWords(
  words: string,
  given: Partial<Compositions> = {},
  host = fakeHost(),
): Promise<{ code: number; out: string; error: string }> {
  const code = await runCommandLine(words.split(" ").filter(Boolean), host, fakeCompositions(given));
  return { code, ...host.written() };
}
