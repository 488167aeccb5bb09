const BOX = "\\boxed{";

/**
 * What a teacher wrote, in the form that is learnt: thinking between tags, then the answer between its own. R1 and its
 * like begin inside of the thinking where their prompt has opened it, and put the answer in a box. Anything else stays
 * as it is.
 */
export function taughtForm(text: string): string {
  const opened = text.includes("</think>") && !text.includes("<think>") ? `<think>${text}` : text;
  const end = opened.lastIndexOf("</think>");
  if (end < 0 || opened.includes("<answer>")) return opened;
  const answers = new Set(boxes(opened.slice(end)));
  const [answer] = answers;
  // Several different answers are none.
  return answer === undefined || answers.size > 1
    ? opened
    : `${opened.slice(0, end)}</think> <answer> ${answer} </answer>`;
}

/** What stands in the boxes of a text; a box that isn't closed is none. */
function boxes(text: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf(BOX); at >= 0; at = text.indexOf(BOX, at + 1)) {
    const start = at + BOX.length;
    const end = closing(text, start);
    if (end >= 0) found.push(text.slice(start, end).trim());
  }
  return found;
}

function closing(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  return -1;
}
