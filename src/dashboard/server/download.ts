/** What a download is: the ending of its file's name, and its type. */
export interface FileKind {
  readonly ending: string;
  readonly type: string;
}

export const JSONL: FileKind = { ending: "jsonl", type: "application/x-ndjson" };
export const PARQUET: FileKind = { ending: "parquet", type: "application/vnd.apache.parquet" };
export const CSV: FileKind = { ending: "csv", type: "text/csv; charset=utf-8" };
export const REPORT: FileKind = { ending: "html", type: "text/html; charset=utf-8" };
export const TENSOR_BOARD: FileKind = { ending: "tfevents", type: "application/octet-stream" };

/** Headers of what is sent to be kept as a file and never shown as a page. */
export function download(id: string, { ending, type }: FileKind): Record<string, string> {
  const name = `${id}.${ending}`;
  const plain = name.replace(/[^A-Za-z0-9._-]/g, "_");
  const escape = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  const encoded = encodeURIComponent(name).replace(/['()*]/g, escape);
  const disposition = `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
  return { "content-type": type, "content-disposition": disposition, "cache-control": "no-store" };
}
