import type { VNode } from "preact";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import { say } from "../words/say.ts";
import { askedNumbers } from "./worked-answer.ts";
import { Fixed, Formula, Name, Piece } from "./formula.tsx";
import type { SceneProps } from "./scene-props.ts";
import { Said } from "../glossary/said.tsx";

/** The question, token by token. */
export function PromptScene({ group }: SceneProps): VNode {
  const { promptPieces, prompt, rollouts } = group;
  const asked = askedNumbers(prompt);
  const ids = rollouts[0]?.rollout.promptTokens ?? [];
  return (
    <>
      <p class="scene-sentence">
        <Said name="oneStep.promptSentence" values={{ tokens: promptPieces.length }} />
      </p>
      <Formula>
        <Piece>
          <mi>q</mi>
          <mo>=</mo>
        </Piece>
        {promptPieces.map((piece, token) => (
          <Piece key={token}>
            {token === 0 && <Fixed>(</Fixed>}
            <mtext>{piece.trim()}</mtext>
            <Fixed>{token === promptPieces.length - 1 ? ")," : ","}</Fixed>
          </Piece>
        ))}
        <Piece>
          <Fixed>|</Fixed>
          <Name of="q" />
          <Fixed>|</Fixed>
          <mo>=</mo>
          <mn>{promptPieces.length}</mn>
        </Piece>
      </Formula>
      <ol class="prompt-tokens" aria-label={say("oneStep.promptTokens")}>
        {promptPieces.map((piece, token) => (
          <li key={token}>
            <span class="token-text">
              <PlainText text={piece.trim()} />
            </span>
            <span class="faint">{ids[token]}</span>
          </li>
        ))}
      </ol>
      {asked !== null && (
        <p class="scene-note">
          {say("oneStep.promptNote", { numbers: asked.numbers.join(", "), target: asked.target })}
        </p>
      )}
    </>
  );
}
