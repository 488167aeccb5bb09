import type { VNode } from "preact";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";

export function CaveatsSection({ client }: SectionProps): VNode {
  void client;
  return (
    <section id="caveats" aria-labelledby="caveats-title">
      <h2 id="caveats-title">{say("caveats.title")}</h2>
    </section>
  );
}
