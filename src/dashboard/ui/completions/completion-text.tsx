import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { CompletionSpan } from "../../../emergence/index.ts";
import { shadeOf } from "./shades.ts";
import { textSegments, type TextSegment } from "../../text/text-segments.ts";
import { visibleParts } from "../../text/visible-text.ts";

export interface CompletionTextProps {
  readonly text: string;
  readonly spans?: readonly CompletionSpan[];
  /** Shades each token by its log-probability. */
  readonly tokens?: { readonly pieces: readonly string[]; readonly logprobs: readonly number[] } | null;
}

/** What is shown of a text at first, in characters. */
const FIRST = 6000;
/** A block is laid out when it comes near the screen; a long text is many of them. */
const BLOCK = 4000;

const KIND_NAMES: Readonly<Record<CompletionSpan["kind"], string>> = { reflection: "reflection", rejected: "rejected candidate", correction: "correction", answer: "answer" };

/** A text of a model: text nodes alone, with what can't be seen made visible, and no more of it at once than can be read. */
export function CompletionText({ text, spans = [], tokens = null }: CompletionTextProps): VNode {
  const [all, setAll] = useState(false);
  const shown = all ? text : text.slice(0, wholeCharacters(text, FIRST));
  const blocks = useMemo(() => inBlocks(textSegments(shown, spans, tokens?.pieces ?? null)), [shown, spans, tokens]);
  return (
    <div class="completion-text" dir="ltr">
      {blocks.map((segments, i) => (
        <div class={blocks.length > 1 ? "block" : undefined} key={i}>
          {segments.map((segment, place) => (
            <Segment key={place} segment={segment} logprob={segment.token === null ? null : (tokens?.logprobs[segment.token] ?? null)} />
          ))}
        </div>
      ))}
      {text.length > FIRST && (
        <button type="button" class="more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show the beginning only" : `Show all ${sizeText(text.length)}`}
        </button>
      )}
    </div>
  );
}

/** A text in place of names and questions: one line, nothing obeyed. */
export function PlainText({ text }: { readonly text: string }): VNode {
  return (
    <bdi>
      <Parts text={text} />
    </bdi>
  );
}

function Segment({ segment: { text, kind }, logprob }: { readonly segment: TextSegment; readonly logprob: number | null }): VNode {
  const shade = logprob === null ? "" : `shade ${shadeOf(logprob)}`;
  const title = logprob === null ? undefined : `log-probability ${logprob.toFixed(2)}, probability ${(Math.exp(logprob) * 100).toFixed(1)} %`;
  const content = <Parts text={text} />;
  if (kind === null) return logprob === null ? content : <span class={shade} title={title}>{content}</span>;
  const classes = `span-${kind} ${shade}`;
  const name = KIND_NAMES[kind];
  if (kind === "rejected") return <s class={classes} title={title ?? name}>{content}</s>;
  return <mark class={classes} title={title ?? name}>{content}</mark>;
}

function Parts({ text }: { readonly text: string }): VNode {
  return (
    <>
      {visibleParts(text).map((part, i) =>
        "text" in part ? (
          part.text
        ) : (
          <span class="control" title={part.name} key={i}>
            {part.control}
          </span>
        ),
      )}
    </>
  );
}

/** Segments in blocks of about so many characters; a long segment is cut. */
function inBlocks(segments: readonly TextSegment[]): TextSegment[][] {
  const blocks: TextSegment[][] = [[]];
  let size = 0;
  for (const segment of segments) {
    let { text } = segment;
    while (size + text.length > BLOCK * 1.5 && text !== "") {
      const room = wholeCharacters(text, Math.max(0, BLOCK - size));
      if (room > 0) blocks.at(-1)?.push({ ...segment, text: text.slice(0, room) });
      text = text.slice(room);
      blocks.push([]);
      size = 0;
    }
    if (text === "") continue;
    blocks.at(-1)?.push({ ...segment, text });
    size += text.length;
  }
  return blocks.filter((block) => block.length > 0);
}

/** Not more than so many UTF-16 units, and no half of a character. */
function wholeCharacters(text: string, units: number): number {
  return units > 0 && /[\ud800-\udbff]/.test(text.charAt(units - 1)) ? units - 1 : units;
}

function sizeText(length: number): string {
  return length < 1_000_000 ? `${Math.round(length / 1000)} thousand characters` : `${(length / 1e6).toFixed(1)} million characters`;
}
