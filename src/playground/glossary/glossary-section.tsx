import type { VNode } from "preact";
import { GlossaryList } from "../../dashboard/ui/shell/glossary-list.tsx";
import { say } from "../words/say.ts";

/** Every word of the field that the page uses. */
export function GlossarySection(): VNode {
  return (
    <section id="glossary" aria-labelledby="glossary-title">
      <h2 id="glossary-title">{say("glossary.title")}</h2>
      <p class="lead">{say("glossary.lead")}</p>
      <GlossaryList />
    </section>
  );
}
