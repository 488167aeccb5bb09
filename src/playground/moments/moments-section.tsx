import type { VNode } from "preact";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";

export function MomentsSection({ client }: SectionProps): VNode {
  void client;
  return (
    <section id="moments" aria-labelledby="moments-title">
      <h2 id="moments-title">{say("moments.title")}</h2>
    </section>
  );
}
