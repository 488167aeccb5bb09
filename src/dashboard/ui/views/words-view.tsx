import type { VNode } from "preact";
import { GlossaryList } from "../shell/glossary-list.tsx";

/** The glossary. */
export function WordsView(): VNode {
  return (
    <>
      <div class="heading">
        <h1>Words</h1>
        <p class="sub">What is underlined with dots elsewhere, with the place in the paper where it stands.</p>
      </div>
      <h2 class="unseen">Glossary</h2>
      <GlossaryList />
    </>
  );
}
