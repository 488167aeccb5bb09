import { h, type VNode } from "preact";
import type { SvgNode } from "../../../figures/index.ts";

/** The DOM of a drawing. Its parts are elements and text nodes, never markup. */
export function Drawing({ node }: { readonly node: SvgNode }): VNode {
  return toVNode(node);
}

function toVNode({ tag, attributes, children }: SvgNode): VNode {
  return h(tag, attributes, ...children.map((child) => (typeof child === "string" ? child : toVNode(child))));
}
