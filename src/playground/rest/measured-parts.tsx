import type { VNode } from "preact";
import type { PartMeasurement, RecordedPart } from "../../export/recording/recording.ts";
import { say, type TextName } from "../words/say.ts";
import { partName } from "./part-name.ts";

/** A column: what it is called, what it shows, and whether it is a share. Older evaluations lack some. */
const COLUMNS: readonly (readonly [TextName, (measured: PartMeasurement) => number | null, share: boolean])[] = [
  ["rest.columnRight", ({ evaluation }) => evaluation.accuracy, true],
  ["rest.columnLength", ({ evaluation }) => evaluation.meanLength, false],
  ["rest.columnCorrects", ({ evaluation }) => evaluation.selfCorrectionShare, true],
  ["rest.columnMixing", ({ evaluation }) => evaluation.languageMixing ?? null, true],
  ["rest.columnFormat", ({ evaluation }) => evaluation.formatShare ?? null, true],
  ["rest.columnPreference", ({ preference }) => preference, true],
];

/** What held-out problems said of each part's model; nothing where none was measured. */
export function MeasuredParts({ parts }: { readonly parts: readonly RecordedPart[] }): VNode | null {
  const rows = parts.flatMap((part) => (part.measured === null ? [] : [{ part, measured: part.measured }]));
  if (rows.length === 0) return null;
  const { problems, samples } = rows[0]!.measured.evaluation;
  const title = say("rest.measured", { problems, samples });
  const shown = COLUMNS.filter(([, of]) => rows.some(({ measured }) => of(measured) !== null));
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={title}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{say("rest.stage")}</th>
            {shown.map(([name]) => (
              <th scope="col" key={name}>
                {say(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ part, measured }, place) => (
            <tr key={place}>
              <th scope="row">{partName(part)}</th>
              {shown.map(([name, of, isShare]) => (
                <td key={name}>{valueText(of(measured), isShare)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function valueText(value: number | null, isShare: boolean): string {
  if (value === null) return "–";
  return isShare ? `${(value * 100).toFixed(1)} %` : value.toFixed(0);
}
