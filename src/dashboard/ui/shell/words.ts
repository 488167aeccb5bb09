import { grouped } from "../../../figures/index.ts";
import type { RunListing } from "../../api.ts";

/** How long ago a time was, in plain words: `just now`, `4 min ago`, `3 h ago`, `2 days ago`. */
export function ageText(time: number | null, now: number): string {
  if (time === null) return "–";
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

/** A time span: `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

export function shareText(share: number | null | undefined): string {
  return share === null || share === undefined ? "–" : `${(share * 100).toFixed(1)} %`;
}

export function numberText(value: number | null | undefined, digits: number = 1): string {
  if (value === null || value === undefined) return "–";
  return Math.abs(value) >= 1000 ? grouped(Math.round(value)) : value.toFixed(digits);
}

/** A value with its sign, for differences and advantages. */
export function signedText(value: number, digits: number): string {
  const size = Math.abs(value).toFixed(digits);
  if (value === 0 || Number.isNaN(value)) return size;
  return value > 0 ? `+${size}` : `−${size}`;
}

export function plural(count: number, word: string): string {
  return `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;
}

/** How far a run is looked through. @param share from 0 to 1 */
export function lookedAt(share: number, what: string = "the rollouts"): string {
  return `${Math.floor(share * 100)} % of ${what} looked at so far`;
}

export const STATE_WORDS: Readonly<Record<RunListing["state"], string>> = {
  running: "running",
  finished: "finished",
  interrupted: "interrupted",
  failed: "failed",
  unreadable: "unreadable",
};
