import type { VNode } from "preact";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";

export function BreakItSection({ client }: SectionProps): VNode {
  void client;
  return (
    <section id="break-it" aria-labelledby="break-it-title">
      <h2 id="break-it-title">{say("breakIt.title")}</h2>
    </section>
  );
}
