import { DARK, LIGHT, svgFile, type SvgNode } from "../../../figures/index.ts";

/** Pixels of a PNG to one of the drawing. */
const SHARPNESS = 2;

/** Hands a file to the reader. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the blob after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A drawing as a file of its own, in the colours of the page. */
export function drawingFile(node: SvgNode): Blob {
  return new Blob([svgFile(node, isDark() ? DARK : LIGHT)], { type: "image/svg+xml" });
}

/** The same as pixels. @throws Error where the browser can't draw it */
export async function drawingPixels(node: SvgNode): Promise<Blob> {
  const url = URL.createObjectURL(drawingFile(node));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Number(node.attributes["width"]) * SHARPNESS;
    canvas.height = Number(node.attributes["height"]) * SHARPNESS;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob === null ? reject(new Error("The browser couldn't make a PNG of the chart.")) : resolve(blob)),
        "image/png",
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
}
