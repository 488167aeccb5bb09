import type { VNode } from "preact";
import { say } from "../words/say.ts";
import type { MomentFilter } from "./moment-book.ts";

export interface MomentFiltersProps {
  readonly filter: MomentFilter;
  readonly onFilter: (filter: MomentFilter) => void;
  readonly newestFirst: boolean;
  readonly onOrder: (newestFirst: boolean) => void;
  /** The reflective words that occur. */
  readonly words: readonly string[];
}

/** What is looked for among the moments. */
export function MomentFilters({ filter, onFilter, newestFirst, onOrder, words }: MomentFiltersProps): VNode {
  const change = (part: Partial<MomentFilter>): void => onFilter({ ...filter, ...part });
  return (
    <fieldset class="moment-filters">
      <legend>{say("moments.filter")}</legend>
      <label>
        {say("moments.order")}
        <select
          value={newestFirst ? "newest" : "earliest"}
          onChange={(event) => onOrder(event.currentTarget.value === "newest")}
        >
          <option value="newest">{say("moments.newest")}</option>
          <option value="earliest">{say("moments.earliest")}</option>
        </select>
      </label>
      <NumberField label={say("moments.step")} value={filter.step} onValue={(step) => change({ step })} />
      <NumberField label={say("moments.least")} value={filter.least} onValue={(least) => change({ least })} />
      <NumberField label={say("moments.most")} value={filter.most} onValue={(most) => change({ most })} />
      <label>
        {say("moments.word")}
        <select
          value={filter.word ?? ""}
          onChange={({ currentTarget: { value } }) => change({ word: value === "" ? null : value })}
        >
          <option value="">{say("moments.anyWord")}</option>
          {words.map((word) => (
            <option value={word} key={word}>
              {word}
            </option>
          ))}
        </select>
      </label>
      <label>
        {say("moments.text")}
        <input
          type="search"
          value={filter.text}
          maxLength={200}
          onInput={(event) => change({ text: event.currentTarget.value })}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={filter.firstTimes}
          onChange={(event) => change({ firstTimes: event.currentTarget.checked })}
        />{" "}
        {say("moments.firstTimes")}
      </label>
    </fieldset>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number | null;
  readonly onValue: (value: number | null) => void;
}

function NumberField({ label, value, onValue }: NumberFieldProps): VNode {
  return (
    <label>
      {label}
      <input
        type="number"
        min={0}
        step={1}
        inputMode="numeric"
        value={value ?? ""}
        onInput={({ currentTarget: { value: text } }) => onValue(/^\d{1,6}$/.test(text) ? Number(text) : null)}
      />
    </label>
  );
}
