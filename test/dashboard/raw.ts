import { connect } from "node:net";

/**
 * Sends bytes as they are, which no client would, and gives what comes back until the connection ends or falls silent.
 *
 * @param lines of the head, without the empty one at its end
 */
export function sendRaw(port: number, lines: readonly string[], body = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`, "latin1"));
    let text = "";
    socket.setTimeout(3000, () => socket.destroy());
    socket.on("data", (data) => {
      text += data.toString("latin1");
      // One answer is enough; what is kept open would only be waited for.
      if (/\r\n\r\n/.test(text)) socket.end();
    });
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(text) : reject(error),
    );
    socket.on("close", () => resolve(text));
  });
}

/** The status of a raw answer; 0 where the connection was ended without one. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}
