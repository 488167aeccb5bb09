import type { CompareAxis } from "../../../figures/index.ts";

/** Where the page stands: every view has an address of its own, after the `#`. */
export type Route =
  | { readonly view: "runs" | "words" }
  | { readonly view: "compare"; readonly runs: readonly string[]; readonly axis: CompareAxis }
  | {
      readonly view: "run" | "emergence" | "problems" | "playground" | "queue";
      readonly run: string;
      readonly chart?: string;
    }
  | { readonly view: "rollouts"; readonly run: string; readonly query: URLSearchParams }
  | {
      readonly view: "group";
      readonly run: string;
      readonly step: number;
      readonly index: number;
      readonly sample: number | null;
    }
  | { readonly view: "problem"; readonly run: string; readonly problem: string }
  | { readonly view: "unknown" };

/** @param hash with or without its `#`: `#/run/a/groups/3/0?sample=1` */
export function readRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#/, "").split(/\?(.*)/s, 2);
  const query = new URLSearchParams(search);
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decoded);
  if (parts.includes(null)) return { view: "unknown" };
  const [first, run, view, ...rest] = parts as string[];
  if (first === undefined) return { view: "runs" };
  if (first === "words" && run === undefined) return { view: "words" };
  if (first === "compare" && run === undefined)
    return { view: "compare", runs: query.getAll("run"), axis: axisOf(query.get("x")) };
  if (first !== "run" || run === undefined) return { view: "unknown" };
  if (rest.length === 0) {
    if (view === undefined)
      return { view: "run", run, ...(query.has("chart") ? { chart: query.get("chart") as string } : {}) };
    if (view === "emergence" || view === "problems" || view === "playground" || view === "queue") return { view, run };
    if (view === "rollouts") return { view, run, query };
  }
  if (view === "problems" && rest.length === 1) return { view: "problem", run, problem: rest[0] as string };
  if (view === "groups" && rest.length === 2 && rest.every((part) => /^\d{1,9}$/.test(part))) {
    const sample = query.get("sample");
    return {
      view: "group",
      run,
      step: Number(rest[0]),
      index: Number(rest[1]),
      sample: sample !== null && /^\d{1,9}$/.test(sample) ? Number(sample) : null,
    };
  }
  return { view: "unknown" };
}

/** The address of a view, for a link. */
export function addressOf(...parts: readonly (string | number)[]): string {
  return `#/${parts.map((part) => encodeURIComponent(part)).join("/")}`;
}

export const runAddress = (run: string): string => addressOf("run", run);
export const groupAddress = (run: string, step: number, index: number, sample?: number): string =>
  `${addressOf("run", run, "groups", step, index)}${sample === undefined ? "" : `?sample=${sample}`}`;
export const problemAddress = (run: string, problem: string): string => addressOf("run", run, "problems", problem);
export const compareAddress = (runs: readonly string[], axis: CompareAxis = "step"): string =>
  `#/compare?${new URLSearchParams([...runs.map((run) => ["run", run]), ...(axis === "step" ? [] : [["x", axis]])])}`;

function axisOf(text: string | null): CompareAxis {
  return text === "tokens" || text === "minutes" ? text : "step";
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
