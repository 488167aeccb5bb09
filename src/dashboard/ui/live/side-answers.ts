import type { PlaygroundEvent, PlaygroundSide } from "../../api.ts";
import type { CompletionSpan } from "../../../emergence/index.ts";

/** A completion while it is written, and when it has ended. */
export interface SideCompletion {
  readonly text: string;
  /** Null until it has ended. */
  readonly end: {
    readonly tokens: number;
    readonly isCut: boolean;
    readonly spans: readonly CompletionSpan[];
  } | null;
}

/** What both models have answered so far. */
export interface SideAnswers {
  readonly prompt: { readonly text: string; readonly tokens: number } | null;
  readonly missing: Readonly<Record<PlaygroundSide, string | null>>;
  readonly completions: Readonly<Record<PlaygroundSide, readonly SideCompletion[]>>;
  readonly failure: string | null;
}

/** Before anything has come. @param samples of each model */
export function noAnswers(samples: number): SideAnswers {
  const empty = Array.from({ length: samples }, (): SideCompletion => ({ text: "", end: null }));
  return {
    prompt: null,
    missing: { base: null, trained: null },
    completions: { base: empty, trained: empty },
    failure: null,
  };
}

/** The answers with one event more. */
export function withEvent(answers: SideAnswers, event: PlaygroundEvent): SideAnswers {
  switch (event.kind) {
    case "prompt":
      return { ...answers, prompt: event };
    case "missing":
      return { ...answers, missing: { ...answers.missing, [event.side]: event.message } };
    case "failed":
      return { ...answers, failure: event.message };
    case "piece":
      return changed(answers, event, ({ text, end }) => ({ text: text + event.text, end }));
    case "end":
      return changed(answers, event, ({ text }) => ({
        text,
        end: { tokens: event.tokens, isCut: event.stop === "length", spans: event.spans },
      }));
  }
}

function changed(
  answers: SideAnswers,
  { side, sample }: { readonly side: PlaygroundSide; readonly sample: number },
  change: (completion: SideCompletion) => SideCompletion,
): SideAnswers {
  const completions = answers.completions[side].map((one, i) => (i === sample ? change(one) : one));
  return { ...answers, completions: { ...answers.completions, [side]: completions } };
}
