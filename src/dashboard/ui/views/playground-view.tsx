import type { TargetedEvent, TargetedKeyboardEvent, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Playground, PlaygroundSide, RunDetail } from "../../api.ts";
import { CompletionText } from "../completions/completion-text.tsx";
import { MarksLegend } from "../completions/reading-legend.tsx";
import { runPath } from "../live/api-client.ts";
import type { SideAnswers } from "../live/side-answers.ts";
import { useFetched } from "../live/use-feeds.ts";
import { useSideAnswers, type AskedModels } from "../live/use-side-answers.ts";
import { Failure, Loading } from "../shell/notice.tsx";
import { plural } from "../shell/words.ts";
import { SideColumn } from "./side-column.tsx";

const TITLES: readonly (readonly [PlaygroundSide, string])[] = [
  ["base", "Base"],
  ["trained", "Trained"],
];

/** As the server bounds them. */
const MOST = { tokens: 4096, samples: 4 } as const;
const USUAL_TOKENS = 512;
const SEEDS = 1000;

/** How both models draw, as it stands in the fields. */
interface Drawing {
  readonly temperature: number;
  readonly max_tokens: number;
  readonly n: number;
  readonly seed: number;
}

/** The base and the trained model of a run, side by side on one question. */
export function PlaygroundView({ detail }: { readonly detail: RunDetail }): VNode {
  const { answer, failure } = useFetched<Playground>(
    runPath(detail.id, "playground"),
    `${detail.state} ${detail.evaluations.length}`,
  );
  const { answers, state, ask, stop } = useSideAnswers(detail.id);
  const [question, setQuestion] = useState("");
  const [place, setPlace] = useState(0);
  const [drawing, setDrawing] = useState<Drawing>({
    temperature: 0.6,
    max_tokens: usualTokens(detail),
    n: 1,
    seed: 1,
  });
  const questions = answer?.questions ?? [];
  const first = questions[0];
  useEffect(() => {
    if (first !== undefined) setQuestion((before) => (before === "" ? first : before));
  }, [first]);
  if (answer === null) return failure === null ? <Loading /> : <Failure failure={failure} />;
  const { missing } = answer;
  const [failed, prompt] = [answers?.failure ?? null, answers?.prompt ?? null];
  const nobody = missing.base !== null && missing.trained !== null;
  const answering = state === "answering";
  const submit = (event: TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (answering) stop();
    else ask({ question, ...drawing });
  };
  return (
    <>
      <p class="lead">
        One question to both models of this run, by the same prompt and with the same draws. Nothing of the run's task
        is executed, and no answer is judged.
      </p>
      <form class="filters playground" aria-label="Question to both models" onSubmit={submit}>
        <label class="grow">
          Question
          <textarea
            rows={4}
            required
            maxLength={50_000}
            value={question}
            onInput={(event) => setQuestion(event.currentTarget.value)}
            onKeyDown={asksByKey}
          />
        </label>
        <div class="fields">
          <NumberField name="Temperature" field="temperature" most={10} step="any" {...{ drawing, setDrawing }} />
          <NumberField
            name="Most tokens"
            field="max_tokens"
            least={1}
            most={MOST.tokens}
            {...{ drawing, setDrawing }}
          />
          <NumberField name="Samples" field="n" least={1} most={MOST.samples} {...{ drawing, setDrawing }} />
          <NumberField name="Seed" field="seed" most={SEEDS ** 4} {...{ drawing, setDrawing }} />
          <div class="actions">
            <button
              type="button"
              disabled={questions.length < 2}
              onClick={() => {
                const next = (place + 1) % questions.length;
                setPlace(next);
                setQuestion(questions[next] ?? "");
              }}
            >
              Another problem
            </button>
            <button type="submit" class="button primary" disabled={nobody} aria-keyshortcuts="Control+Enter">
              {answering ? "Stop" : "Ask"}
            </button>
          </div>
        </div>
      </form>
      <p class="sub told" role="status">
        {statusWords(answers, state)}
      </p>
      {failed !== null && (
        <p class="notice failure" role="alert">
          {failed}
        </p>
      )}
      {prompt !== null && (
        <details class="card prompt">
          <summary>Prompt, {plural(prompt.tokens, "token")}</summary>
          <CompletionText text={prompt.text} />
        </details>
      )}
      {answers !== null && (
        <div class="reading-legend">
          <MarksLegend />
        </div>
      )}
      <div class="sides" aria-busy={answering}>
        {TITLES.map(([side, title]) => (
          <SideColumn key={side} {...{ side, title, answers, state }} missing={missing[side]} />
        ))}
      </div>
    </>
  );
}

interface NumberFieldProps {
  readonly name: string;
  readonly field: keyof Drawing;
  readonly least?: number;
  readonly most: number;
  /** `any` for more than whole numbers. */
  readonly step?: string;
  readonly drawing: Drawing;
  readonly setDrawing: (drawing: Drawing) => void;
}

function NumberField({ name, field, least = 0, most, step = "1", drawing, setDrawing }: NumberFieldProps): VNode {
  const [text, setText] = useState(String(drawing[field]));
  return (
    <label>
      {name}
      <input
        type="number"
        required
        min={least}
        max={most}
        step={step}
        value={text}
        onInput={(event) => {
          const { value, valueAsNumber } = event.currentTarget;
          setText(value);
          // What is no number can't be sent: the browser says so.
          if (Number.isFinite(valueAsNumber)) setDrawing({ ...drawing, [field]: valueAsNumber });
        }}
      />
    </label>
  );
}

function asksByKey(event: TargetedKeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

/** As many as completions of the run could have. */
function usualTokens({ config }: RunDetail): number {
  const most = config["maxCompletionTokens"];
  if (typeof most !== "number" || !Number.isInteger(most) || most < 1) return USUAL_TOKENS;
  return Math.min(most, MOST.tokens);
}

/** What a screen reader hears: not each word, but how far both are. */
function statusWords(answers: SideAnswers | null, state: AskedModels["state"]): string {
  if (answers === null || state === "idle") return "Ctrl and Enter ask as well.";
  if (state === "stopped") return "Stopped.";
  if (state === "answering" && answers.prompt === null) return "Opening the models…";
  const parts = TITLES.filter(([side]) => answers.missing[side] === null).map(([side, title]) => {
    const all = answers.completions[side];
    return `${title}: ${all.filter(({ end }) => end !== null).length} of ${all.length} ended`;
  });
  return parts.length === 0 ? "Neither model can be asked." : `${parts.join(", ")}.`;
}
