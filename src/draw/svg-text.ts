import type { Palette } from "./palette.ts";
import type { SvgNode } from "./svg-node.ts";

/**
 * A drawing as text.
 *
 * @param palette puts its values in the place of the names of colours, for a file that stands alone; without it they stay CSS variables
 */
export function svgText(node: SvgNode, palette?: Palette): string {
  const attributes = Object.entries(node.attributes)
    .map(
      ([name, value]) =>
        ` ${name}="${escapeXml(String(palette === undefined ? value : resolved(String(value), palette)))}"`,
    )
    .join("");
  if (node.children.length === 0) return `<${node.tag}${attributes}/>`;
  const children = node.children
    .map((child) => (typeof child === "string" ? escapeXml(child) : svgText(child, palette)))
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

/** Text for an element or an attribute; what XML has no way to write becomes U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      "\ufffd",
    )
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
