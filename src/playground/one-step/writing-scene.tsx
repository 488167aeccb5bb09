import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import { SHADES, shadeOf } from "../../dashboard/ui/completions/shades.ts";
import { sum } from "../../numbers/sum.ts";
import type { SeenRollout } from "../messages.ts";
import { say } from "../words/say.ts";
import { Fixed, Formula, Nth, Piece, PolicyOf, TokenOf, Value } from "./formula.tsx";
import { AnswerChoice } from "./parts.tsx";
import type { SceneProps } from "./scene-props.ts";
import { Said } from "../glossary/said.tsx";

/** Completions that are shown at once; the rest on demand. */
const FIRST = 8;
/** Logarithms that are written out in the formula. */
const WRITTEN_OUT = 3;
const TICK_MS = 60;
const MOST_TICKS = 130;

/** The completions as they were written, token by token. */
export function WritingScene({ settings, group, chosen, onChosen, resting }: SceneProps): VNode {
  const { rollouts } = group;
  const longest = Math.max(0, ...rollouts.map(({ pieces }) => pieces.length));
  const { shown, playing, play, show } = useWriting(longest, resting);
  const [all, setAll] = useState(false);
  const visible = all ? rollouts : rollouts.slice(0, FIRST);
  return (
    <>
      <p class="scene-sentence">
        {say("oneStep.writingSentence", { answers: rollouts.length, temperature: settings.temperature })}
      </p>
      <AnswerChoice group={group} chosen={chosen} onChosen={onChosen} />
      <WritingFormula rollout={rollouts[chosen]!} sample={chosen} />
      <div class="writing-controls">
        <button type="button" onClick={() => (playing ? show(shown) : play())}>
          {playing ? say("oneStep.hold") : say("oneStep.write")}
        </button>
        <label>
          <span>{say("oneStep.written")}</span>
          <input
            type="range"
            min="0"
            max={longest}
            value={shown}
            aria-valuetext={say("oneStep.writtenOf", { shown, longest })}
            onInput={(event) => show(Number(event.currentTarget.value))}
          />
        </label>
        <button type="button" disabled={shown >= longest} onClick={() => show(longest)}>
          {say("oneStep.allAtOnce")}
        </button>
      </div>
      <ul class="shade-legend" aria-label={say("oneStep.shades")}>
        <li class="faint">
          <Said name="oneStep.shades" />
        </li>
        {SHADES.map(([least, name], place) => (
          <li key={name}>
            <span class={`shade ${name}`}>{shadeText(least, SHADES[place - 1]?.[0])}</span>
          </li>
        ))}
      </ul>
      <ol class="written">
        {visible.map((rollout, sample) => (
          <li key={sample} class={sample === chosen ? "chosen" : undefined}>
            <h4>
              {say("oneStep.answer", { number: sample + 1 })}{" "}
              <span class="faint">{say("oneStep.tokens", { tokens: rollout.pieces.length })}</span>
            </h4>
            <WrittenText rollout={rollout} shown={Math.min(shown, rollout.pieces.length)} />
            {rollout.rollout.stop === "length" && <p class="faint">{say("oneStep.cutAtLimit")}</p>}
          </li>
        ))}
      </ol>
      {rollouts.length > FIRST && (
        <button type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? say("oneStep.fewer") : say("oneStep.showAll", { answers: rollouts.length })}
        </button>
      )}
    </>
  );
}

/** How far the completions are written, and what writes them. */
function useWriting(longest: number, resting: boolean) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const [playing, setPlaying] = useState(resting && !still);
  const [shown, setShown] = useState(playing ? 0 : longest);
  useEffect(() => {
    if (!playing) return undefined;
    const stride = Math.max(1, Math.ceil(longest / MOST_TICKS));
    const timer = setInterval(() => setShown((count) => Math.min(longest, count + stride)), TICK_MS);
    return () => clearInterval(timer);
  }, [playing, longest]);
  useEffect(() => {
    if (shown >= longest) setPlaying(false);
  }, [shown, longest]);
  return {
    shown,
    playing,
    play: () => {
      if (shown >= longest) setShown(0);
      setPlaying(true);
    },
    show: (count: number) => {
      setPlaying(false);
      setShown(count);
    },
  };
}

/** What isn't written yet keeps its place. */
function WrittenText({ rollout, shown }: { readonly rollout: SeenRollout; readonly shown: number }): VNode {
  return useMemo(
    () => (
      <p class="completion-text" dir="ltr">
        {rollout.pieces.map((piece, token) => {
          const logprob = rollout.rollout.logprobs[token] ?? 0;
          return (
            <span
              class={token < shown ? `shade ${shadeOf(logprob)}` : "unwritten"}
              title={token < shown ? percentText(Math.exp(logprob)) : undefined}
              key={token}
            >
              <PlainText text={piece} />
            </span>
          );
        })}
      </p>
    ),
    [rollout, shown],
  );
}

/** log of a completion's probability: the sum over its tokens. */
function WritingFormula({ rollout, sample }: { readonly rollout: SeenRollout; readonly sample: number }): VNode {
  const { logprobs } = rollout.rollout;
  const first = logprobs.slice(0, WRITTEN_OUT);
  return (
    <Formula>
      <Piece>
        <mi>log</mi>
        <PolicyOf>
          <Nth of="o" sample={sample} />
          <Fixed>|</Fixed>
          <mi>q</mi>
        </PolicyOf>
      </Piece>
      <Piece>
        <mo>=</mo>
        <munder>
          <mo>∑</mo>
          <mi>t</mi>
        </munder>
        <mi>log</mi>
        <PolicyOf>
          <TokenOf sample={sample} />
        </PolicyOf>
      </Piece>
      <Piece>
        <mo>=</mo>
        {first.map((value, token) => (
          <mrow key={token}>
            {token > 0 && <mo>−</mo>}
            {token === 0 && <mo>−</mo>}
            <mn>{Math.abs(value).toFixed(2)}</mn>
          </mrow>
        ))}
        {logprobs.length > WRITTEN_OUT && (
          <>
            <mo>−</mo>
            <mo>…</mo>
          </>
        )}
      </Piece>
      <Piece>
        <mo>=</mo>
        <Value of={sum(logprobs)} />
      </Piece>
    </Formula>
  );
}

function shadeText(least: number, above: number | undefined): string {
  const percent = (logprob: number): number => Math.round(Math.exp(logprob) * 100);
  if (above === undefined) return `≥ ${percent(least)} %`;
  return least === -Infinity ? `< ${percent(above)} %` : `${percent(least)}–${percent(above)} %`;
}

export function percentText(probability: number): string {
  const percent = probability * 100;
  return `${percent < 1 ? percent.toPrecision(2) : percent.toFixed(percent > 99 ? 2 : 1)} %`;
}
