import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { withField, type FilterField } from "./rollout-query.ts";

export interface RolloutFiltersProps {
  readonly query: URLSearchParams;
  readonly onChange: (query: URLSearchParams) => void;
}

/** The form above the rollouts; what stands in it stands in the address too. */
export function RolloutFilters({ query, onChange }: RolloutFiltersProps): VNode {
  const set = (field: FilterField, value: string): void => onChange(withField(query, field, value));
  const input = (
    field: FilterField,
    name: string,
    kind: "number" | "text",
    more: { readonly step?: string; readonly placeholder?: string } = {},
  ): VNode =>
    kind === "number" ? (
      <input
        type="number"
        aria-label={name}
        value={query.get(field) ?? ""}
        {...more}
        onInput={(event) => set(field, event.currentTarget.value)}
      />
    ) : (
      <input
        type="search"
        aria-label={name}
        value={query.get(field) ?? ""}
        placeholder={more.placeholder}
        onInput={(event) => set(field, event.currentTarget.value)}
      />
    );
  const range = (name: string, from: FilterField, to: FilterField, step: string): VNode => (
    <div class="range" role="group" aria-label={name}>
      <span>{name}</span>
      {input(from, `${name} from`, "number", { step, placeholder: "from" })}
      {input(to, `${name} to`, "number", { step, placeholder: "to" })}
    </div>
  );
  const choice = (field: FilterField, name: string, options: readonly (readonly [string, string])[]): VNode => (
    <label>
      {name}
      <select value={query.get(field) ?? ""} onChange={(event) => set(field, event.currentTarget.value)}>
        {options.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
  // On a phone it would fill half of the screen before the first rollout.
  const [open] = useState(() => query.size > 0 || !matchMedia("(max-width: 640px)").matches);
  return (
    <details class="filter-fold" open={open}>
      <summary>Filter</summary>
      <form class="filters" role="search" aria-label="Filter the rollouts" onSubmit={(event) => event.preventDefault()}>
        <label class="grow">
          Text
          {input("text", "Text", "text", { placeholder: "in the completion" })}
        </label>
        {choice("verdict", "Verdict", [
          ["", "any"],
          ["right", "right"],
          ["partly", "partly right"],
          ["wrong", "wrong"],
          ["unverifiable", "unverifiable"],
        ])}
        {choice("stop", "Ending", [
          ["", "any"],
          ["end", "finished"],
          ["length", "truncated"],
        ])}
        {choice("corrected", "Correction", [
          ["", "any"],
          ["true", "corrects itself"],
          ["false", "does not"],
        ])}
        {range("Step", "stepFrom", "stepTo", "1")}
        {range("Reward", "rewardFrom", "rewardTo", "any")}
        {range("Length", "lengthFrom", "lengthTo", "1")}
        <label>
          Problem
          {input("problem", "Problem", "text", { placeholder: "its id" })}
        </label>
        {choice("sort", "Order", [
          ["", "by step"],
          ["reward", "by reward"],
          ["length", "by length"],
        ])}
        <label class="check">
          <input
            type="checkbox"
            checked={query.get("descending") === "true"}
            onChange={(event) => set("descending", event.currentTarget.checked ? "true" : "")}
          />
          from high to low
        </label>
        <button type="button" class="quiet" onClick={() => onChange(new URLSearchParams())} disabled={query.size === 0}>
          Clear
        </button>
      </form>
    </details>
  );
}
