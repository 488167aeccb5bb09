import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { say } from "../words/say.ts";

export interface GuessQuestionProps {
  readonly id: string;
  readonly title: string;
  readonly ask: string;
  /** What the reader answers with. */
  readonly children: ComponentChildren;
  /** The guess in words; null as long as there is none. */
  readonly guess: string | null;
  /** Made once the reader has guessed or gave up. */
  readonly answer: () => VNode;
}

/** A question whose answer is not in the page before a guess, or before the reader asks for it. */
export function GuessQuestion({ id, title, ask, children, guess, answer }: GuessQuestionProps): VNode {
  const [open, setOpen] = useState<{ readonly guess: string | null } | null>(null);
  return (
    <form
      class="guess"
      id={`guess-${id}`}
      onSubmit={(event) => {
        event.preventDefault();
        setOpen({ guess });
      }}
    >
      <fieldset disabled={open !== null}>
        <legend>
          <b>{title}</b>
        </legend>
        <p>{ask}</p>
        {children}
        <p class="guess-buttons">
          <button type="submit" class="button" disabled={guess === null}>
            {say("guess.submit")}
          </button>
          <button type="button" class="quiet" onClick={() => setOpen({ guess: null })}>
            {say("guess.showMe")}
          </button>
        </p>
      </fieldset>
      <div class="answer" aria-live="polite">
        {open !== null && (
          <>
            <p>{open.guess === null ? say("guess.noGuess") : say("guess.youSaid", { choice: open.guess })}</p>
            {answer()}
          </>
        )}
      </div>
    </form>
  );
}

export interface ChoicesProps<Name extends string> {
  readonly name: string;
  readonly choices: readonly Name[];
  readonly chosen: Name | null;
  readonly onChoose: (choice: Name) => void;
  readonly textOf: (choice: Name) => string;
}

/** One of some answers. */
export function Choices<Name extends string>({ name, choices, chosen, onChoose, textOf }: ChoicesProps<Name>): VNode {
  return (
    <>
      {choices.map((choice) => (
        <label key={choice}>
          <input
            type="radio"
            name={`guess-${name}`}
            value={choice}
            checked={choice === chosen}
            onChange={() => onChoose(choice)}
          />{" "}
          {textOf(choice)}
        </label>
      ))}
    </>
  );
}
