/**
 * An element of a drawing, as plain data: the page makes DOM nodes of it, the report and the exports make text of it
 * (svg-text.ts).
 */
export interface SvgNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (SvgNode | string)[];
}

export type SvgChild = SvgNode | string | false | null | undefined;

/** An element; children that are absent are left out. */
export function svg(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly (SvgChild | readonly SvgChild[])[]
): SvgNode {
  return {
    tag,
    attributes,
    children: children
      .flat()
      .filter((child) => typeof child === "string" || (typeof child === "object" && child !== null)) as (
      | SvgNode
      | string
    )[],
  };
}

/** A coordinate: a tenth of a pixel is finer than the eye. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}
