import type { VNode } from "preact";

/** The sign before the name, in the bar on top of a page. */
export function HomeSign(): VNode {
  return (
    <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0072b2" />
      <path
        d="M5 23 C11 23 12 22 15 16 S20 8 27 8"
        fill="none"
        stroke="#fff"
        stroke-width="3.4"
        stroke-linecap="round"
      />
      <circle cx="15.4" cy="15.4" r="3" fill="#ffd166" />
    </svg>
  );
}
