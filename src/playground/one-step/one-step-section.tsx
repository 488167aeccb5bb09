import type { VNode } from "preact";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";

export function OneStepSection({ client }: SectionProps): VNode {
  void client;
  return (
    <section id="one-step" aria-labelledby="one-step-title">
      <h2 id="one-step-title">{say("oneStep.title")}</h2>
    </section>
  );
}
