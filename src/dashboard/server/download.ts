/** Headers of what is sent to be kept as a file and never shown as a page. */
export function download(id: string, ending: string, type: string): Record<string, string> {
  const name = `${id}.${ending}`;
  const plain = name.replace(/[^A-Za-z0-9._-]/g, "_");
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return { "content-type": type, "content-disposition": `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`, "cache-control": "no-store" };
}
