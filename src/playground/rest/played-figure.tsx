import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { Drawing } from "../../dashboard/ui/figures/drawing.tsx";
import { Legend } from "../../dashboard/ui/figures/legend.tsx";
import { usePlace } from "../../dashboard/ui/figures/use-width.ts";
import { lineChart, legendOf } from "../../draw/line-chart.ts";
import { formatValue } from "../../draw/number-format.ts";
import type { Series } from "../../draw/series.ts";
import type { RecordedPart } from "../../export/recording/recording.ts";
import { say, type TextName } from "../words/say.ts";
import { partName } from "./part-name.ts";
import { highestValue, playedSeries, type PlayedFigure } from "./playing.ts";

const TITLES: Readonly<Record<PlayedFigure["id"], TextName>> = {
  accuracy: "rest.figureAccuracy",
  length: "rest.figureLength",
  corrects: "rest.figureCorrects",
  mixing: "rest.figureMixing",
  loss: "rest.figureLoss",
};

const HEIGHT = 190;

export interface GrowingFigureProps {
  readonly figure: PlayedFigure;
  readonly parts: readonly RecordedPart[];
  /** The step that it has grown to. */
  readonly at: number;
}

/** A figure of a recording as it stood at a step; nothing where the recording has no numbers for it. */
export function GrowingFigure({ figure, parts, at }: GrowingFigureProps): VNode | null {
  const place = useRef<HTMLDivElement>(null);
  const { width } = usePlace(place);
  const series = playedSeries(figure, parts, at, {
    training: figure.id === "loss" ? say("rest.examples") : say("rest.training"),
    heldOut: say("rest.heldOut"),
    part: partName,
  });
  const title = say(TITLES[figure.id]);
  const values = series.map((one) => formatValue(figure.format, lastValue(one)));
  const label = [
    `${title}.`,
    ...series.map(({ name }, i) => say("rest.seriesAt", { name, value: values[i]!, step: at })),
  ].join(" ");
  return (
    <figure class="played-figure" hidden={series.length === 0}>
      <h4>{title}</h4>
      <Legend entries={legendOf(series)} areas={false} values={values} at={null} />
      <div ref={place}>
        {width > 0 && series.length > 0 && (
          <Drawing
            node={
              lineChart(series, {
                width,
                height: HEIGHT,
                format: figure.format,
                label,
                xTitle: say("rest.step"),
                yFrom: 0,
                yTo: highestValue(figure, parts),
              }).node
            }
          />
        )}
      </div>
    </figure>
  );
}

function lastValue({ y }: Series): number | null {
  return y.findLast((value) => value !== null) ?? null;
}
