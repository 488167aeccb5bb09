import { escapeMarkup } from "../text/escape-markup.ts";
import type { Palette } from "./palette.ts";
import type { SvgNode } from "./svg-node.ts";

/**
 * A drawing as text.
 *
 * @param palette puts its values in the place of the names of colours, for a file that stands alone; without it they
 *   stay CSS variables
 */
export function svgText(node: SvgNode, palette?: Palette): string {
  const attributes = Object.entries(node.attributes)
    .map(
      ([name, value]) =>
        ` ${name}="${escapeMarkup(String(palette === undefined ? value : resolved(String(value), palette)))}"`,
    )
    .join("");
  if (node.children.length === 0) return `<${node.tag}${attributes}/>`;
  const children = node.children
    .map((child) => (typeof child === "string" ? escapeMarkup(child) : svgText(child, palette)))
    .join("");
  return `<${node.tag}${attributes}>${children}</${node.tag}>`;
}

/** The same as a file: with its namespace, and its colours. */
export function svgFile(node: SvgNode, palette: Palette): string {
  return `${svgText({ ...node, attributes: { xmlns: "http://www.w3.org/2000/svg", ...node.attributes } }, palette)}\n`;
}

function resolved(value: string, palette: Palette): string {
  return value.replace(
    /^var\(--([\w-]+)\)$/,
    (whole, name: string) => (palette as Readonly<Record<string, string>>)[name] ?? whole,
  );
}
