/** A part of a completion: inside <think>, inside <answer>, or neither. */
export interface CompletionPart {
  readonly kind: "thinking" | "answer" | "plain";
  readonly text: string;
}

const TAGS: ReadonlyMap<string, CompletionPart["kind"]> = new Map([
  ["<think>", "thinking"],
  ["</think>", "plain"],
  ["<answer>", "answer"],
  ["</answer>", "plain"],
]);
const TAG = new RegExp([...TAGS.keys()].join("|"));

/**
 * Tells thinking from answer in text that comes in pieces, for people to read: tags are left out, and so is white space
 * around them. It takes any text, as a stream can't be refused; what is right is for `parseCompletion` to say.
 */
export class ThinkingStream {
  private kind: CompletionPart["kind"];
  private held = "";
  /** Whether the part has begun, so that white space belongs to it. */
  private begun = false;

  /** @param opened whether the prompt has opened the thinking */
  constructor(opened: boolean = false) {
    this.kind = opened ? "thinking" : "plain";
  }

  /** Whether what comes next is thinking. */
  get isThinking(): boolean {
    return this.kind === "thinking";
  }

  push(text: string): CompletionPart[] {
    this.held += text;
    const parts: CompletionPart[] = [];
    for (let tag = TAG.exec(this.held); tag !== null; tag = TAG.exec(this.held)) {
      this.add(parts, this.held.slice(0, tag.index).trimEnd());
      this.held = this.held.slice(tag.index + tag[0].length);
      this.kind = TAGS.get(tag[0])!;
      this.begun = false;
    }
    const certain = this.held.length - heldBack(this.held);
    this.add(parts, this.held.slice(0, certain));
    this.held = this.held.slice(certain);
    return parts;
  }

  /** What was held back as the possible beginning of a tag. */
  end(): CompletionPart[] {
    const parts: CompletionPart[] = [];
    this.add(parts, this.held.trimEnd());
    this.held = "";
    return parts;
  }

  private add(parts: CompletionPart[], text: string): void {
    const shown = this.begun ? text : text.trimStart();
    if (shown === "") return;
    this.begun = true;
    parts.push({ kind: this.kind, text: shown });
  }
}

/** Characters at the end that may begin a tag, with the white space before them. */
function heldBack(text: string): number {
  const open = text.lastIndexOf("<");
  const mayBegin = open >= 0 && [...TAGS.keys()].some((tag) => tag.startsWith(text.slice(open)));
  return text.length - text.slice(0, mayBegin ? open : text.length).trimEnd().length;
}
