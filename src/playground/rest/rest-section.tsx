import type { VNode } from "preact";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";

export function RestSection({ client }: SectionProps): VNode {
  void client;
  return (
    <section id="rest" aria-labelledby="rest-title">
      <h2 id="rest-title">{say("rest.title")}</h2>
    </section>
  );
}
