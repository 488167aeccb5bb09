import type { VNode } from "preact";
import { useContext, useEffect, useLayoutEffect, useReducer, useRef } from "preact/hooks";
import { placeText, sourcesOf } from "../../text/glossary/glossary.ts";
import { PageGlossary } from "./glossary.ts";
import { hideTerm, hideTermSoon, keepTerm, NOTE_ID, onOpenTerm, openTerm } from "./open-term.ts";

/** Pixels between a note and its term, and between a note and the window's edges. */
const APART = 6;
const MARGIN = 8;

/** What the open term means. Stands once in a page, over everything else: no place cuts it and nothing moves. */
export function TermNote(): VNode | null {
  const glossary = useContext(PageGlossary);
  const note = useRef<HTMLDivElement>(null);
  const [, repaint] = useReducer((count: number) => count + 1, 0);
  useEffect(() => onOpenTerm(() => repaint(undefined)), []);
  const open = openTerm();
  useLayoutEffect(() => {
    if (open !== null && note.current !== null) placeNote(note.current, open.place);
  });
  useEffect(() => {
    if (open === null) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") hideTerm();
    };
    const onPress = ({ target }: PointerEvent): void => {
      const stays = target instanceof Node && (note.current?.contains(target) === true || open.place.contains(target));
      if (!stays) hideTerm();
    };
    const onResize = (): void => hideTerm();
    document.addEventListener("keydown", onKey);
    document.addEventListener("pointerdown", onPress);
    addEventListener("resize", onResize);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("pointerdown", onPress);
      removeEventListener("resize", onResize);
    };
  }, [open]);
  if (open === null) return null;
  const { name, text } = glossary.terms[open.name];
  const places = sourcesOf(open.name).map((source) => placeText(source, glossary));
  return (
    <div
      class="term-note"
      id={NOTE_ID}
      role="tooltip"
      popover="manual"
      ref={note}
      onPointerEnter={keepTerm}
      onPointerLeave={() => {
        if (document.activeElement !== open.place) hideTermSoon();
      }}
    >
      <b>{name}</b> {text}
      {places.length > 0 && <span class="where">{places.join(" · ")}</span>}
    </div>
  );
}

/** Below its term, or above where there is more room; inside the window; it scrolls with the page. */
function placeNote(note: HTMLElement, term: HTMLElement): void {
  if (!note.matches(":popover-open")) note.showPopover();
  const at = term.getClientRects()[0] ?? term.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const { width, height } = note.getBoundingClientRect();
  const fitsBelow = at.bottom + APART + height + MARGIN <= clientHeight;
  const isBelow = fitsBelow || at.top < clientHeight - at.bottom;
  const left = Math.max(MARGIN, Math.min(at.left, clientWidth - width - MARGIN));
  const top = isBelow ? at.bottom + APART : at.top - APART - height;
  note.style.left = `${Math.round(left + scrollX)}px`;
  note.style.top = `${Math.round(top + scrollY)}px`;
}
