import type { VNode } from "preact";
import type { PlaygroundSide } from "../../api.ts";
import { CompletionText } from "../completions/completion-text.tsx";
import type { SideAnswers, SideCompletion } from "../live/side-answers.ts";
import type { AskedModels } from "../live/use-side-answers.ts";
import { Notice } from "../shell/notice.tsx";
import { plural } from "../shell/words.ts";

export interface SideColumnProps {
  readonly side: PlaygroundSide;
  /** Of the side: "Base", say. */
  readonly title: string;
  readonly answers: SideAnswers | null;
  readonly state: AskedModels["state"];
  /** Why this model can't be asked; null where it can. */
  readonly missing: string | null;
}

/** What one of the models has written. */
export function SideColumn({ side, title, answers, state, missing }: SideColumnProps): VNode {
  const why = answers?.missing[side] ?? missing;
  const completions = answers?.completions[side] ?? [];
  const label = `side-${side}`;
  return (
    <section class="side" aria-labelledby={label}>
      <h2 id={label}>{title}</h2>
      {why !== null && <Notice>{why}</Notice>}
      {why === null &&
        completions.map((completion, i) => (
          <SideCard
            key={i}
            completion={completion}
            name={completions.length > 1 ? `No. ${i + 1}` : null}
            state={state}
          />
        ))}
      {why === null && completions.length === 0 && <Notice>Nothing asked yet.</Notice>}
    </section>
  );
}

interface SideCardProps {
  readonly completion: SideCompletion;
  /** Null where there is one alone. */
  readonly name: string | null;
  readonly state: AskedModels["state"];
}

function SideCard({ completion: { text, end }, name, state }: SideCardProps): VNode {
  return (
    <article class="completion" aria-label={name === null ? "Completion" : `Completion ${name}`}>
      <header>
        {name !== null && <h3>{name}</h3>}
        <span class="faint">
          {end === null ? waitingWords(text, state) : plural(end.tokens, "token")}
          {end !== null && (end.isCut ? <span class="cut"> cut at the limit</span> : ", ended")}
        </span>
      </header>
      <CompletionText text={text} spans={end?.spans ?? []} />
    </article>
  );
}

function waitingWords(text: string, state: AskedModels["state"]): string {
  if (state !== "answering") return "broken off";
  return text === "" ? "waiting…" : "writing…";
}
