import { sumOf } from "../../../numbers/sum.ts";
import type { VNode } from "preact";
import type { RunDetail } from "../../api.ts";
import { unjudgedText } from "../../../text/format.ts";
import { durationText, numberText, plural, shareText } from "../shell/words.ts";

/** A run in a few numbers. */
export function RunTiles({ detail }: { readonly detail: RunDetail }): VNode | null {
  const { metrics, fit, evaluations } = detail;
  const last = metrics.at(-1);
  const before = evaluations.find(({ name }) => name === "before")?.result;
  const held = evaluations.findLast(({ name }) => name !== "before")?.result;
  if (last === undefined) return fit.length === 0 ? null : <FitTiles detail={detail} />;
  const length = held?.meanLength ?? last.emergence.meanLength;
  const correction = held?.selfCorrectionShare ?? last.emergence.selfCorrectionShare;
  return (
    <dl class="tiles">
      <Tile
        name={held === undefined ? "Right, last step" : "Right, held-out"}
        value={shareText(held?.accuracy ?? last.accuracy)}
        more={joined([
          before === undefined ? "" : `base ${shareText(before.accuracy)}`,
          unjudgedText((held ?? last).unverifiable),
        ])}
      />
      <Tile
        name="Length in tokens"
        value={numberText(length)}
        more={
          before === undefined || before.meanLength === 0
            ? ""
            : `${(length / before.meanLength).toFixed(1)} times the base's`
        }
      />
      <Tile
        name="Corrects itself"
        value={shareText(correction)}
        more={before === undefined ? "" : `base ${shareText(before.selfCorrectionShare)}`}
      />
      <Tile name="Truncated" value={shareText(last.truncatedShare)} more="at the last step" />
      <Tile
        name="Rollouts"
        value={numberText(detail.rollouts, 0)}
        more={`${numberText(last.tokensPerSecond, 0)} tokens a second`}
      />
      <Tile
        name="Time of training"
        value={durationText(sumOf(metrics, ({ seconds }) => seconds))}
        more={plural(metrics.length, "step")}
      />
    </dl>
  );
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}

function FitTiles({ detail: { fit } }: { readonly detail: RunDetail }): VNode {
  const last = fit.at(-1);
  return (
    <dl class="tiles">
      <Tile name="Loss" value={numberText(last?.loss, 3)} more={`from ${numberText(fit[0]?.loss, 3)}`} />
      <Tile
        name="Tokens"
        value={numberText(
          sumOf(fit, ({ tokens }) => tokens),
          0,
        )}
        more={`${numberText(last?.tokensPerSecond, 0)} a second`}
      />
      <Tile
        name="Time of training"
        value={durationText(sumOf(fit, ({ seconds }) => seconds))}
        more={plural(fit.length, "step")}
      />
    </dl>
  );
}

export function Tile({
  name,
  value,
  more,
}: {
  readonly name: string;
  readonly value: string;
  readonly more: string;
}): VNode {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <span class="value">{value}</span>
        <span class="more">{more}</span>
      </dd>
    </div>
  );
}
