import type { VNode } from "preact";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";

export function WholeSection({ client }: SectionProps): VNode {
  void client;
  return (
    <section id="whole" aria-labelledby="whole-title">
      <h2 id="whole-title">{say("whole.title")}</h2>
    </section>
  );
}
