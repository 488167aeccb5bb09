import type { ComponentChildren, VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { CompletionSpan } from "../../../emergence/index.ts";
import { isRejection, SPAN_NAMES } from "../../text/span-names.ts";
import { shadeOf } from "./shades.ts";
import { textSegments, type TextSegment } from "../../text/text-segments.ts";
import { visibleParts } from "../../../text/visible-text.ts";

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

/**
 * A text of a model: text nodes alone, with what can't be seen made visible, and no more of it at once than can be
 * read.
 */
export function CompletionText({ text, spans = [], tokens = null }: CompletionTextProps): VNode {
  const [all, setAll] = useState(false);
  const shown = all ? text : text.slice(0, wholeCharacters(text, FIRST));
  const blocks = useMemo(() => inBlocks(textSegments(shown, spans, tokens?.pieces ?? null)), [shown, spans, tokens]);
  return (
    <div class="completion-text" dir="ltr">
      {blocks.map((segments, i) => (
        <div class={blocks.length > 1 ? "block" : undefined} key={i}>
          {inSpans(segments).map(({ kind, parts }, place) => (
            <Span key={place} kind={kind}>
              {parts.map((segment, part) => (
                <Segment
                  key={part}
                  text={segment.text}
                  logprob={segment.token === null ? null : (tokens?.logprobs[segment.token] ?? null)}
                />
              ))}
            </Span>
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

/** What is marked as a whole, whatever tokens it is made of. */
function Span({ kind, children }: { readonly kind: TextSegment["kind"]; readonly children: ComponentChildren }): VNode {
  if (kind === null) return <>{children}</>;
  const Mark = isRejection(kind) ? "s" : "mark";
  return (
    <Mark class={`span-${kind}`} title={SPAN_NAMES[kind]}>
      {children}
    </Mark>
  );
}

function Segment({ text, logprob }: { readonly text: string; readonly logprob: number | null }): VNode {
  if (logprob === null) return <Parts text={text} />;
  return (
    <span
      class={`shade ${shadeOf(logprob)}`}
      title={`log-probability ${logprob.toFixed(2)}, probability ${(Math.exp(logprob) * 100).toFixed(1)} %`}
    >
      <Parts text={text} />
    </span>
  );
}

function inSpans(
  segments: readonly TextSegment[],
): { readonly kind: TextSegment["kind"]; readonly parts: TextSegment[] }[] {
  const spans: { kind: TextSegment["kind"]; parts: TextSegment[] }[] = [];
  for (const segment of segments) {
    const last = spans.at(-1);
    if (last !== undefined && last.kind === segment.kind) last.parts.push(segment);
    else spans.push({ kind: segment.kind, parts: [segment] });
  }
  return spans;
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
  return length < 1_000_000
    ? `${Math.round(length / 1000)} thousand characters`
    : `${(length / 1e6).toFixed(1)} million characters`;
}
