import { sumOf } from "../../../numbers/sum.ts";
import type { VNode } from "preact";
import { CHARTS, formatValue, newestValue, sourceText, stepPhases, TRAINING } from "../../../figures/index.ts";
import type { RunDetail } from "../../api.ts";
import { unjudgedText } from "../../../text/format.ts";
import { Terms } from "../shell/term.tsx";
import { durationText, numberText, plural, shareText } from "../shell/words.ts";

/** A run in a few numbers. */
export function RunTiles({ detail }: { readonly detail: RunDetail }): VNode | null {
  const { metrics, fit, evaluations } = detail;
  const last = metrics.at(-1);
  if (last === undefined) return fit.length === 0 ? null : <FitTiles detail={detail} />;
  const held = evaluations.findLast(({ step }) => step === last.step)?.result;
  return (
    <dl class="tiles">
      <ChartTile detail={detail} chart="accuracy" also={unjudgedText((held ?? last).unverifiable)} />
      <ChartTile detail={detail} chart="meanLength" />
      <ChartTile detail={detail} chart="selfCorrectionShare" />
      <Tile name="Truncated" value={shareText(last.truncatedShare)} more={`${TRAINING}, step ${last.step}`} />
      <Tile
        name="Rollouts"
        value={numberText(detail.rollouts, 0)}
        more={
          last.tokensPerSecond === null
            ? "speed not recorded"
            : `${numberText(last.tokensPerSecond, 0)} tokens a second`
        }
      />
      <PhasesTile step={last} />
      <Tile
        name="Time of training"
        value={last.seconds === null ? "not recorded" : durationText(sumOf(metrics, ({ seconds }) => seconds ?? 0))}
        more={plural(metrics.length, "step")}
      />
    </dl>
  );
}

/** What the last step's time went into: of a run whose phases follow each other. */
function PhasesTile({ step }: { readonly step: RunDetail["metrics"][number] }): VNode | null {
  const phases = stepPhases(step);
  if (phases === null) return null;
  const rates = [phases.writtenPerSecond, phases.trainedPerSecond].map((rate) => numberText(rate ?? undefined, 0));
  return (
    <Tile
      name="Time by phase"
      value={`${shareText(phases.writing)} writing, ${shareText(phases.training)} training`}
      more={`${rates.join(" and ")} tokens a second, step ${step.step}`}
    />
  );
}

/** The newest value of a chart, with what it was measured on, and the base's. */
export function ChartTile({
  detail,
  chart,
  also = "",
}: {
  readonly detail: RunDetail;
  readonly chart: string;
  readonly also?: string;
}): VNode | null {
  const description = CHARTS.find(({ id }) => id === chart);
  const newest = description === undefined ? null : newestValue(description.series(detail));
  if (description === undefined || newest === null) return null;
  const base = description.levels?.(detail)[0]?.value;
  const { format, title } = description;
  const parts = [sourceText(newest), base === undefined ? "" : `base ${formatValue(format, base)}`, also];
  return (
    <Tile
      name={title}
      value={formatValue(format, newest.value)}
      more={parts.filter((part) => part !== "").join(" · ")}
    />
  );
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
      <dt>
        <Terms text={name} most={1} />
      </dt>
      <dd>
        <span class="value">{value}</span>
        <span class="more">{more}</span>
      </dd>
    </div>
  );
}
