import type { VNode } from "preact";
import { say, type TextName } from "../words/say.ts";

/** The parts of the page that one can go to, by their id, in order. */
const PLACES: readonly (readonly [id: string, name: TextName])[] = [
  ["stage", "page.stageEntry"],
  ["one-step", "oneStep.title"],
  ["guess", "guess.title"],
  ["break-it", "breakIt.title"],
  ["moments", "moments.title"],
  ["rest", "rest.title"],
  ["caveats", "caveats.title"],
  ["whole", "whole.title"],
  ["glossary", "glossary.title"],
];

/** Whether an address's hash is a part of the page, and not a run. */
export function isPagePlace(hash: string): boolean {
  return /^#[a-z][a-z-]*$/.test(hash) && document.getElementById(hash.slice(1)) !== null;
}

/** Links to the parts of the page. */
export function Contents(): VNode {
  return (
    <nav class="contents" aria-label={say("page.contents")}>
      <ul>
        {PLACES.map(([id, name]) => (
          <li key={id}>
            <a href={`#${id}`}>{say(name)}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
