const FENCE = /^ {0,3}(```+|~~~+)[^\n]*$/;

/** The program of an answer: the last fenced block, or all of it. */
export function answerCode(answer: string): string {
  const text = answer.replace(/^\ufeff/, "");
  const lines = text.split(/\r?\n/);
  let block: string | undefined;
  let begin = -1;
  let mark = "";
  for (const [place, line] of lines.entries()) {
    const found = FENCE.exec(line)?.[1];
    if (found === undefined) continue;
    if (begin < 0) [begin, mark] = [place, found];
    else if (found.startsWith(mark) && line.trim() === found) {
      block = lines.slice(begin + 1, place).join("\n");
      begin = -1;
    }
  }
  return block ?? text;
}
