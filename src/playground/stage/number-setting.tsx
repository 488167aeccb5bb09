import type { VNode } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { say } from "../words/say.ts";

export interface NumberSettingProps {
  readonly name: string;
  readonly value: number;
  readonly bounds: readonly [from: number, to: number, whole: boolean];
  /** Takes a value within the bounds, when the reader has done with the field. */
  readonly onChange: (value: number) => void;
}

/** A number of a run's settings: what is out of its bounds changes nothing, and is said. */
export function NumberSetting({ name, value, bounds: [from, to, isWhole], onChange }: NumberSettingProps): VNode {
  const [isWrong, setWrong] = useState(false);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  // The same field for another value, so that it keeps its focus; what was typed and not taken goes.
  useLayoutEffect(() => {
    if (field.current !== null) field.current.value = String(value);
    setWrong(false);
  }, [value]);
  const take = (input: HTMLInputElement): void => {
    const wanted = input.value.trim() === "" ? NaN : Number(input.value);
    const fits = wanted >= from && wanted <= to && (!isWhole || Number.isInteger(wanted));
    setWrong(!fits);
    if (fits && wanted !== value) onChange(wanted);
  };
  return (
    <span class="number-setting">
      <label for={id}>{name}</label>
      <input
        ref={field}
        id={id}
        type="number"
        min={from}
        max={to}
        step={isWhole ? 1 : "any"}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? `${id}-wrong` : undefined}
        onChange={(event) => take(event.currentTarget)}
      />
      {isWrong && (
        <span class="wrong-setting" id={`${id}-wrong`} role="alert">
          {say("stage.outOfBounds", { from, to })}
        </span>
      )}
    </span>
  );
}
