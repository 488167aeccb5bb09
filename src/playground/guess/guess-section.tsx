import type { VNode } from "preact";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";

export function GuessSection({ client }: SectionProps): VNode {
  void client;
  return (
    <section id="guess" aria-labelledby="guess-title">
      <h2 id="guess-title">{say("guess.title")}</h2>
    </section>
  );
}
