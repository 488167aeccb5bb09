import { h, type ComponentChildren, type VNode } from "preact";
import { formatValue } from "../../draw/number-format.ts";

/** A formula in pieces, each in MathML: a narrow page breaks between them. */
export function Formula({ children }: { readonly children: ComponentChildren }): VNode {
  return <p class="formula">{children}</p>;
}

/** A piece of a formula that stays on one line. */
export function Piece({ children }: { readonly children: ComponentChildren }): VNode {
  return (
    <math displaystyle>
      <mrow>{children}</mrow>
    </math>
  );
}

/** A quantity by its letter, with an index. */
export function Name({ of, at }: { readonly of: string; readonly at?: ComponentChildren }): VNode {
  if (at === undefined) return <mi>{of}</mi>;
  return (
    <msub>
      <mi>{of}</mi>
      <mrow>{at}</mrow>
    </msub>
  );
}

/** Its index: a completion of the group, counted from 1. */
export function Nth({ of, sample }: { readonly of: string; readonly sample: number }): VNode {
  return <Name of={of} at={<mn>{sample + 1}</mn>} />;
}

interface PolicyProps {
  readonly at?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The probability that the policy at these parameters gives to something. */
export function PolicyOf({ at = <mi>θ</mi>, children }: PolicyProps): VNode {
  return (
    <>
      <Name of="π" at={at} />
      <Fixed>(</Fixed>
      {children}
      <Fixed>)</Fixed>
    </>
  );
}

/** A token of a completion, whichever. */
export function TokenOf({ sample }: { readonly sample: number }): VNode {
  return (
    <Name
      of="o"
      at={
        <>
          <mn>{sample + 1}</mn>
          <mo>,</mo>
          <mi>t</mi>
        </>
      }
    />
  );
}

/** A bracket of the size of its line; false as a value would leave the attribute out. */
export function Fixed({ children }: { readonly children: string }): VNode {
  return h("mo", { stretchy: "false" } as object, children);
}

/** `mean(r)`. */
export function Mean(): VNode {
  return (
    <>
      <mi>mean</mi>
      <Fixed>(</Fixed>
      <mi>r</mi>
      <Fixed>)</Fixed>
    </>
  );
}

/** A number in three digits; a very small or large one with a power of ten. */
export function Value({ of, signed = false }: { readonly of: number; readonly signed?: boolean }): VNode {
  const plus = signed && of > 0 ? "+" : "";
  if (of === 0 || (Math.abs(of) >= 1e-3 && Math.abs(of) < 1e5))
    return (
      <mn class={signed ? toneOf(of) : undefined}>
        {plus}
        {formatValue("decimal", of)}
      </mn>
    );
  const [digits, power] = of.toExponential(1).split("e") as [string, string];
  return (
    <mrow class={signed ? toneOf(of) : undefined}>
      <mn>
        {plus}
        {digits.replace("-", "−")}
      </mn>
      <mo>×</mo>
      <msup>
        <mn>10</mn>
        <mn>{power.replace("-", "−").replace("+", "")}</mn>
      </msup>
    </mrow>
  );
}

/** The class of a value by its sign. */
export function toneOf(value: number | null): "up" | "down" | undefined {
  if (value === null || value === 0) return undefined;
  return value > 0 ? "up" : "down";
}
