/** The files of one build of the page. */
export interface OfflineFiles {
  /** Of all of them. */
  readonly digest: string;
  /** Their SHA-256 in hexadecimal digits, by name below the page's folder. */
  readonly files: Readonly<Record<string, string>>;
}

/** Whether a file is kept at once: what the page and a run of the usual model need. Others are when they are asked. */
export function isAtStart(name: string): boolean {
  if (/(^|\/)(dashboard[-.]|store-worker-|run-archive-|sqlite\.wasm)|\.txt$|^recordings\//.test(name)) return false;
  return !name.startsWith("models/") || name.startsWith("models/countdown-base/");
}

/**
 * The name of a file of the page that an address asks for; null for an address elsewhere, or with a query.
 *
 * @param scope address of the page's folder, with its slash
 */
export function ownFileName(address: string, scope: string): string | null {
  const url = new URL(address);
  url.hash = "";
  if (!url.href.startsWith(scope)) return null;
  return url.href.slice(scope.length) || "index.html";
}
