/** Whether two outputs are equal but for white space at the ends of lines and empty lines at the end. */
export function sameOutput(output: string, expected: string): boolean {
  return trimmed(output) === trimmed(expected);
}

function trimmed(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();
}
