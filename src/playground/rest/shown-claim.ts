import type { ClaimTable, Figure, Measure } from "../../claims/claim-result.ts";
import { boundedText, fields, list, misfitText, namedValues, number, oneOf, type Shape } from "../../store/shape.ts";
import { foreignJson } from "../../text/foreign-json.ts";

/** What the page shows of a claim of docs/claims/claims.json, which `aha reproduce all` makes. */
export interface ShownClaim {
  readonly claim: string;
  readonly conclusion: "reproduced" | "not reproduced" | "inconclusive";
  readonly command: string;
  readonly seeds: readonly number[];
  readonly measures: readonly Measure[];
  readonly tables: readonly ClaimTable[];
  readonly figures: readonly Figure[];
}

const text = boundedText(10_000);
const POINT = fields({ x: number(), y: number() }, { low: number(), high: number() });
const FIGURE = fields(
  {
    name: text,
    title: text,
    kind: oneOf("lines", "bars"),
    x: text,
    y: text,
    series: list(fields({ name: text, points: list(POINT, 1000) }), 20),
  },
  { labels: list(text, 100) },
);
const MEASURE = fields({
  name: text,
  unit: text,
  estimate: fields({ mean: number(), low: number(), high: number() }),
});
const CLAIMS: Shape = namedValues(
  fields({
    claim: text,
    conclusion: oneOf("reproduced", "not reproduced", "inconclusive"),
    command: text,
    seeds: list(number(), 100),
    measures: list(MEASURE, 100),
    tables: list(fields({ title: text, columns: list(text, 20), rows: list(list(text, 20), 1000) }), 20),
    figures: list(FIGURE, 20),
  }),
  100,
);

/** The claims that the page shows, by their names. @throws Error for a damaged file */
export function readShownClaims(json: string): Readonly<Record<string, ShownClaim>> {
  const { value, expected } = foreignJson(json);
  const misfit = expected === undefined ? CLAIMS(value) : null;
  if (expected !== undefined) throw new Error(`expected ${expected}`);
  if (misfit !== null) throw new Error(misfitText(misfit));
  return value as Readonly<Record<string, ShownClaim>>;
}

/** A measure of a claim as it is read; null where the claim has none of the name. */
export function measuredText({ measures }: ShownClaim, name: string): string | null {
  const measure = measures.find((one) => one.name === name);
  if (measure === undefined) return null;
  const { mean, low, high } = measure.estimate;
  if (measure.unit === "share") return `${(mean * 100).toFixed(1)} %`;
  if (measure.unit === "difference") return `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
  return mean.toFixed(1);
}

/** Points of per cent. */
function signed(share: number): string {
  const points = (Math.abs(share) * 100).toFixed(1);
  return share < 0 ? `−${points}` : `+${points}`;
}
