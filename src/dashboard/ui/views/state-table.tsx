import { unjudgedText } from "../../../text/format.ts";
import type { VNode } from "preact";
import type { RunDetail } from "../../api.ts";
import { PlainText } from "../completions/completion-text.tsx";
import { Terms } from "../shell/term.tsx";
import { numberText, shareText } from "../shell/words.ts";

/** What happened to a run, and how it was measured. */
export function StateTable({ states, evaluations }: Pick<RunDetail, "states" | "evaluations">): VNode {
  return (
    <div class="card">
      <table class="history">
        <caption>What happened</caption>
        <tbody>
          {states.map(({ state, time, step, detail }, i) => (
            <tr key={i}>
              <th scope="row">{state}</th>
              <td>
                <Time milliseconds={time} />
              </td>
              <td>step {step}</td>
              <td>
                <PlainText text={detail} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {evaluations.length > 0 && (
        <table class="history">
          <caption>Measured on held-out problems</caption>
          <thead>
            <tr>
              <th scope="col">At step</th>
              <th scope="col" class="number">
                <Terms text="Right, ± standard error" />
              </th>
              <th scope="col" class="number">
                Length
              </th>
              <th scope="col" class="number">
                <Terms text="Corrects itself" />
              </th>
            </tr>
          </thead>
          <tbody>
            {evaluations.map(({ name, step, result }) => (
              <tr key={`${name} ${step}`}>
                <th scope="row">
                  {step} <span class="faint">{name === "during" ? "" : name}</span>
                </th>
                <td class="number">
                  {shareText(result.accuracy)} ± {(result.standardError * 100).toFixed(1)}
                  {result.unverifiable.count > 0 && <div class="faint">{unjudgedText(result.unverifiable)}</div>}
                </td>
                <td class="number">{numberText(result.meanLength)}</td>
                <td class="number">{shareText(result.selfCorrectionShare)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** A time as people write it here; one that no calendar has is shown as its number. */
function Time({ milliseconds }: { readonly milliseconds: number }): VNode {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return <span>{String(milliseconds)}</span>;
  return <time dateTime={date.toISOString()}>{date.toLocaleString()}</time>;
}
