import type { VNode } from "preact";
import { formatValue } from "../../draw/number-format.ts";
import { say } from "../words/say.ts";
import { FENCE, type FencedRatios } from "./token-push.ts";

const FROM = 0.4;
const TO = 1.7;
const BINS = 52;
const GROUND = 96;
const HEIGHT = 70;

/** The range of ratios with its fence: before the update all tokens are at 1, and after it where they went. */
export function FenceDrawing({
  tokens,
  after,
}: {
  readonly tokens: number;
  readonly after: FencedRatios | null;
}): VNode {
  const x = (ratio: number): number => 16 + ((ratio - FROM) / (TO - FROM)) * 328;
  const counts = after === null ? [] : ratioBins(after.ratios);
  const most = Math.max(1, ...counts);
  const width = 328 / BINS;
  return (
    <svg class="fence" viewBox="0 0 360 132" role="img" aria-label={say("oneStep.fenceDrawing", { tokens })}>
      <rect x={x(FENCE.low)} y="14" width={x(FENCE.high) - x(FENCE.low)} height={GROUND - 14} class="fence-inside" />
      {counts.map((count, bin) => (
        <rect
          key={bin}
          x={16 + bin * width}
          y={GROUND - barHeight(count, most)}
          width={width - 0.6}
          height={barHeight(count, most)}
          class="fence-bar"
        />
      ))}
      {[FENCE.low, FENCE.high].map((post) => (
        <line x1={x(post)} x2={x(post)} y1="10" y2={GROUND} class="fence-post" key={post} />
      ))}
      <line x1="16" x2="344" y1={GROUND} y2={GROUND} class="beam-line" />
      <line x1={x(1)} x2={x(1)} y1={GROUND - HEIGHT - 6} y2={GROUND} class="fence-one" />
      {[0.5, FENCE.low, 1, FENCE.high, 1.6].map((tick) => (
        <text x={x(tick)} y={GROUND + 15} text-anchor="middle" key={tick}>
          {formatValue("decimal", tick)}
        </text>
      ))}
      <text x="180" y={GROUND + 32} text-anchor="middle" class="fence-legend">
        {after === null ? say("oneStep.ratioBefore", { tokens }) : say("oneStep.ratioAfter")}
      </text>
    </svg>
  );
}

/** In proportion to the count; one token can still be seen. */
function barHeight(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(1.5, (count / most) * HEIGHT);
}

/** How many ratios lie in each part of the range; those beyond it count in the last ones. */
export function ratioBins(ratios: readonly number[]): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const ratio of ratios) {
    const bin = Math.floor(((ratio - FROM) / (TO - FROM)) * BINS);
    counts[Math.min(BINS - 1, Math.max(0, bin))]!++;
  }
  return counts;
}
