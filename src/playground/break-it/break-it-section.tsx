import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { addressText } from "../address.ts";
import recorded from "../caveats/recorded-claims.json" with { type: "json" };
import type { SectionProps } from "../page/section-props.ts";
import { say, type TextName } from "../words/say.ts";
import { MEASURED_STEPS, measuredRuns, measuredValues } from "./measured.ts";
import { course, PageChart } from "./page-chart.tsx";
import { linkedSettings, BREAKING_PRESETS, presetOf, type PresetId } from "./presets.ts";
import { CoursePair, RunsSideBySide } from "./runs-side-by-side.tsx";
import { Said } from "../glossary/said.tsx";

type Chosen = PresetId | "hacked";
const CHOICES: readonly Chosen[] = [...BREAKING_PRESETS.map(({ id }) => id), "hacked"];

const textOf = (id: Chosen, kind: "Name" | "Expect" | "Happened"): TextName => `breakIt.${id}${kind}`;

/** Presets that change one thing each: what to expect, what happened, and both runs side by side. */
export function BreakItSection({ client, address }: SectionProps): VNode {
  const linked = presetOf(address.settings)?.id;
  const [chosen, choose] = useState<Chosen>(linked ?? "format");
  // A link of this page or another may lead to a preset while the page is open.
  useEffect(() => {
    if (linked !== undefined) choose(linked);
  }, [linked]);
  const preset = BREAKING_PRESETS.find(({ id }) => id === chosen);
  const name = say(textOf(chosen, "Name"));
  const { seed, workers } = address.settings;
  return (
    <section id="break-it" aria-labelledby="break-it-title">
      <h2 id="break-it-title">{say("breakIt.title")}</h2>
      <p>
        <Said name="breakIt.lead" />
      </p>
      <fieldset class="presets">
        <legend class="unseen">{say("breakIt.choose")}</legend>
        {CHOICES.map((id) => (
          <label key={id}>
            <input type="radio" name="preset" value={id} checked={id === chosen} onChange={() => choose(id)} />{" "}
            {say(textOf(id, "Name"))}
          </label>
        ))}
      </fieldset>
      <h3>{name}</h3>
      <p>
        <b>{say("breakIt.expect")}:</b> {say(textOf(chosen, "Expect"))}
      </p>
      {preset !== undefined && (
        <>
          <p>
            <a
              class="preset-link"
              href={addressText({
                settings: linkedSettings(preset, seed, workers),
                step: null,
                group: null,
                sample: null,
              })}
            >
              {say("breakIt.link")}
            </a>
          </p>
          <RunsSideBySide
            key={`${chosen} ${seed}`}
            preset={preset}
            name={name}
            seed={seed}
            onRun={() => client.pause()}
          />
        </>
      )}
      <details key={chosen}>
        <summary>{say("breakIt.happened")}</summary>
        <Happened id={chosen} name={name} />
      </details>
    </section>
  );
}

function Happened({ id, name }: { readonly id: Chosen; readonly name: string }): VNode {
  if (id === "hacked")
    return (
      <>
        <p>
          <Said name="breakIt.hackedHappened" />
        </p>
        <PageChart
          title={say("breakIt.hackedChart")}
          unit={say("breakIt.share")}
          format="percent"
          series={[
            course(say("breakIt.score"), recorded.hacked.score, "chart-1"),
            course(say("breakIt.right"), recorded.hacked.right, "chart-2"),
            course(say("breakIt.byRules"), recorded.hacked.byRules, "chart-3"),
          ]}
        />
      </>
    );
  const first = ["usual", id].map((of) => measuredRuns(of)[0]!.steps);
  const seeds = measuredRuns(id).map(({ seed }) => seed);
  return (
    <>
      <p>{say(textOf(id, "Happened"), measuredValues(id))}</p>
      <p class="faint">
        <Said name="breakIt.measured" values={{ seeds: seeds.join(", "), steps: MEASURED_STEPS }} />
      </p>
      <CoursePair
        name={name}
        accuracy={first.map(({ accuracy }) => accuracy)}
        length={first.map(({ meanLength }) => meanLength)}
      />
    </>
  );
}
