import type { VNode } from "preact";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";
import { AdvantageQuestion } from "./advantage-question.tsx";
import { ControlQuestion } from "./control-question.tsx";
import { LengthQuestion } from "./length-question.tsx";
import { Said } from "../glossary/said.tsx";

/** Three questions that are answered before the answer is shown. */
export function GuessSection({ client, address }: SectionProps): VNode {
  return (
    <section id="guess" aria-labelledby="guess-title">
      <h2 id="guess-title">{say("guess.title")}</h2>
      <p>
        <Said name="guess.lead" />
      </p>
      <LengthQuestion client={client} />
      <ControlQuestion address={address} />
      <AdvantageQuestion client={client} />
    </section>
  );
}
