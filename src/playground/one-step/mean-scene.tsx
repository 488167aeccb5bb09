import type { VNode } from "preact";
import { formatValue } from "../../draw/number-format.ts";
import { sum } from "../../numbers/sum.ts";
import { say } from "../words/say.ts";
import { dotPlaces } from "./dot-places.ts";
import { Formula, Mean, Piece, Value } from "./formula.tsx";
import type { SceneProps } from "./scene-props.ts";
import { Said } from "../glossary/said.tsx";

/** Rewards that are written out in the formula. */
const WRITTEN_OUT = 8;
const LEFT = 40;
const RIGHT = 320;
const BEAM = 150;

/** The rewards on a beam that balances on their mean. */
export function MeanScene({ sums }: SceneProps): VNode {
  const { scored, mean, right } = sums;
  if (mean === null)
    return (
      <p class="scene-sentence">
        <Said name="oneStep.noMean" />
      </p>
    );
  const values = { right, of: scored.length, mean: formatValue("decimal", mean) };
  return (
    <>
      <p class="scene-sentence">
        {sums.isRightness ? say("oneStep.meanSentence", values) : say("oneStep.meanOther", values)}
      </p>
      <Formula>
        <Piece>
          <Mean />
          <mo>=</mo>
          <mfrac>
            <mrow>
              {scored.slice(0, WRITTEN_OUT).map((reward, place) => (
                <mrow key={place}>
                  {place > 0 && <mo>+</mo>}
                  <Value of={reward} />
                </mrow>
              ))}
              {scored.length > WRITTEN_OUT && (
                <>
                  <mo>+</mo>
                  <mo>…</mo>
                </>
              )}
            </mrow>
            <mn>{scored.length}</mn>
          </mfrac>
        </Piece>
        <Piece>
          <mo>=</mo>
          <mfrac>
            <Value of={sum(scored)} />
            <mn>{scored.length}</mn>
          </mfrac>
        </Piece>
        <Piece>
          <mo>=</mo>
          <Value of={mean} />
        </Piece>
      </Formula>
      <Beam sums={sums} mean={mean} />
      {scored.length < sums.rewards.length && (
        <p class="scene-note">
          <Said name="oneStep.unscoredNote" values={{ count: sums.rewards.length - scored.length }} />
        </p>
      )}
    </>
  );
}

function Beam({ sums, mean }: { readonly sums: SceneProps["sums"]; readonly mean: number }): VNode {
  const low = Math.min(0, ...sums.scored);
  const high = Math.max(1, ...sums.scored);
  const x = (value: number): number => LEFT + ((value - low) / (high - low)) * (RIGHT - LEFT);
  const { dots, radius } = dotPlaces(sums.rewards, x, BEAM);
  const at = x(mean);
  return (
    <svg class="beam" viewBox="0 0 360 200" role="img" aria-label={say("oneStep.beam")}>
      <line x1={LEFT - 24} x2={RIGHT + 24} y1={BEAM} y2={BEAM} class="beam-line" />
      <path d={`M${at} ${BEAM + 2} l14 24 h-28 z`} class="beam-foot" />
      <text x={at} y={BEAM + 44} text-anchor="middle" class="beam-mean">
        {formatValue("decimal", mean)}
      </text>
      {[low, high].map(
        (end) =>
          Math.abs(x(end) - at) > 34 && (
            <text x={x(end)} y={BEAM + 20} text-anchor="middle" key={end}>
              {formatValue("decimal", end)}
            </text>
          ),
      )}
      {dots.map(({ sample, x: cx, y: cy, value }) => (
        <g key={sample}>
          <circle cx={cx} cy={cy} r={radius} class={value > mean ? "dot-up" : "dot-down"} />
          {radius >= 7 && (
            <text x={cx} y={cy + 4} text-anchor="middle" class="dot-number">
              {sample + 1}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}
