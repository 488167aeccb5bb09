import type { ComponentChildren, TargetedKeyboardEvent, TargetedPointerEvent, VNode } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { TermName } from "../../text/glossary/terms.ts";
import { withTerms, type MarkingOptions } from "../../text/glossary/with-terms.ts";
import { PageGlossary } from "./glossary.ts";
import { hideTerm, hideTermSoon, NOTE_ID, showTerm, showTermSoon, type OpenTerm } from "./open-term.ts";

interface TermProps {
  readonly name: TermName;
  readonly children: ComponentChildren;
}

/**
 * A word of the glossary: what it means is shown on hover, on focus and by a touch, and Escape closes it. No button
 * element, which could not be part of a line of text.
 */
export function Term({ name, children }: TermProps): VNode {
  const place = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const here = place.current as HTMLSpanElement;
    return () => hideTerm(here);
  }, []);
  const opening = (): OpenTerm => ({ name, place: place.current as HTMLSpanElement, onChange: setOpen });
  const isMouse = (event: TargetedPointerEvent<HTMLSpanElement>): boolean => event.pointerType === "mouse";
  const press = (event: TargetedKeyboardEvent<HTMLSpanElement>): void => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    showTerm(opening());
  };
  return (
    <span
      class="term"
      role="button"
      tabIndex={0}
      ref={place}
      aria-describedby={isOpen ? NOTE_ID : undefined}
      onFocus={() => showTerm(opening())}
      onBlur={(event) => hideTerm(event.currentTarget)}
      onClick={() => showTerm(opening())}
      onKeyDown={press}
      onPointerEnter={(event) => isMouse(event) && showTermSoon(opening())}
      onPointerLeave={(event) => isMouse(event) && leave(event.currentTarget)}
    >
      {children}
    </span>
  );
}

/** A text with the words of the glossary that stand in it for the first time. */
export function Terms({ text, ...options }: { readonly text: string } & MarkingOptions): VNode {
  const glossary = useContext(PageGlossary);
  return (
    <>
      {withTerms(text, glossary, options).map(({ text: piece, term }, i) =>
        term === null ? (
          piece
        ) : (
          <Term name={term} key={`${term} ${i}`}>
            {piece}
          </Term>
        ),
      )}
    </>
  );
}

/** What has the focus keeps its note when the pointer leaves. */
function leave(place: HTMLElement): void {
  if (document.activeElement !== place) hideTermSoon();
}
