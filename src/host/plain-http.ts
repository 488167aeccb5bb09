/** Whether what is sent to an address can be read on its way: http without TLS, to another machine than this one. */
export function isPlainHttp(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "http:" && !/^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Warns of an API key that others can read on its way. */
export function warnOfPlainKey(address: string): void {
  if (!isPlainHttp(address)) return;
  process.emitWarning(
    `The API key is sent to ${new URL(address).host} by plain http, where others can read it; use https or a tunnel.`,
  );
}
