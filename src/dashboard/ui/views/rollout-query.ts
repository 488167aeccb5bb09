import type { RolloutFilter } from "../../api.ts";

/** The fields of the filter that the form has, with what the address may hold in each. */
export const FILTER_FIELDS = [
  "stepFrom",
  "stepTo",
  "problem",
  "verdict",
  "status",
  "rewardFrom",
  "rewardTo",
  "lengthFrom",
  "lengthTo",
  "text",
  "corrected",
  "sort",
  "descending",
  "offset",
] as const satisfies readonly (keyof RolloutFilter)[];
export type FilterField = (typeof FILTER_FIELDS)[number];

export const PAGE_SIZE = 50;

/** The filter of an address: known fields that hold something. */
export function filterOf(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams(
    FILTER_FIELDS.flatMap((field) => {
      const value = query.get(field);
      return value === null || value === "" ? [] : [[field, value]];
    }),
  );
}

/** The same with a field changed; another filter begins on its first page. */
export function withField(query: URLSearchParams, field: FilterField, value: string): URLSearchParams {
  const changed = filterOf(query);
  if (field !== "offset") changed.delete("offset");
  if (value === "") changed.delete(field);
  else changed.set(field, value);
  return changed;
}
