import type { TermName } from "../../text/glossary/terms.ts";

/** The term whose note is open, and where it stands. */
export interface OpenTerm {
  readonly name: TermName;
  readonly place: HTMLElement;
  /** Told when its note comes and when it is gone. */
  readonly onChange: (isOpen: boolean) => void;
}

/** The id of the note: one is open at a time. */
export const NOTE_ID = "term-note";

/** Milliseconds between a term and its note, for a pointer that only passes and for one on its way into the note. */
const OPENING = 150;
const CLOSING = 200;

let open: OpenTerm | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function openTerm(): OpenTerm | null {
  return open;
}

/** @returns ends the listening */
export function onOpenTerm(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Opens a term's note in the place of another's. */
export function showTerm(term: OpenTerm): void {
  clearTimeout(timer);
  if (open?.place === term.place) return;
  open?.onChange(false);
  open = term;
  term.onChange(true);
  tell();
}

export function showTermSoon(term: OpenTerm): void {
  clearTimeout(timer);
  timer = setTimeout(() => showTerm(term), OPENING);
}

/** Closes the note, or the one at this place alone. */
export function hideTerm(place?: HTMLElement): void {
  clearTimeout(timer);
  if (open === null || (place !== undefined && open.place !== place)) return;
  open.onChange(false);
  open = null;
  tell();
}

export function hideTermSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => hideTerm(), CLOSING);
}

/** The pointer has reached the note. */
export function keepTerm(): void {
  clearTimeout(timer);
}

function tell(): void {
  for (const listener of listeners) listener();
}
