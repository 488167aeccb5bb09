import type { VNode } from "preact";
import { say } from "../words/say.ts";
import { Said } from "../glossary/said.tsx";

/** What the page's run shows and what not, and where to go on. */
export function CaveatsSection(): VNode {
  return (
    <section id="caveats" aria-labelledby="caveats-title">
      <h2 id="caveats-title">{say("caveats.title")}</h2>
      <p>
        <Said name="caveats.lead" />
      </p>
      <ul class="caveats">
        {(["amplified", "control", "words", "arithmetic", "small"] as const).map((name) => (
          <li key={name}>{say(`caveats.${name}`)}</li>
        ))}
      </ul>
      <p class="faint">
        <Said name="caveats.source" />
      </p>
      <h3>{say("caveats.onTitle")}</h3>
      <ul class="caveats">
        <li>
          {say("caveats.onCommand")} <code>{say("caveats.install")}</code> <code>npx aha zero</code>
        </li>
        <li>
          {say("caveats.onClaims")} <code>docs/claims.md</code>
        </li>
        <li>
          {say("caveats.onLessons")} <code>npx aha lesson 1</code>
        </li>
        <li>
          <a href="https://arxiv.org/abs/2501.12948" rel="noreferrer">
            {say("caveats.onPaper")}
          </a>
        </li>
      </ul>
    </section>
  );
}
