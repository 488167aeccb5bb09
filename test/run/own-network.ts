import { spawnSync } from "node:child_process";

/** A host of a test's own: a network namespace with one cable to this machine. */
export interface OwnHost {
  /** This machine's address at the cable. */
  readonly address: string;
  /** What starts a program there. */
  readonly prefix: readonly string[];
  /** Pulls the cable, or puts it back. */
  cable(state: "down" | "up"): void;
  remove(): void;
}

/** Why there can be no such hosts; null where there can. */
export const NO_NETWORK: string | null = whyNot();

/** @param number from 1 to 200, of its own in this process */
export function ownHost(number: number): OwnHost {
  const name = `aha${process.pid}n${number}`;
  const [here, there] = [`aha${process.pid % 100_000}h${number}`, `aha${process.pid % 100_000}g${number}`];
  const address = `10.213.${number}.1`;
  ip("netns", "add", name);
  const remove = (): void => ip("netns", "del", name);
  try {
    ip("link", "add", here, "type", "veth", "peer", "name", there);
    ip("link", "set", there, "netns", name);
    ip("addr", "add", `${address}/24`, "dev", here);
    ip("link", "set", here, "up");
    ip("-n", name, "addr", "add", `10.213.${number}.2/24`, "dev", there);
    ip("-n", name, "link", "set", there, "up");
    ip("-n", name, "link", "set", "lo", "up");
  } catch (error) {
    remove();
    throw error;
  }
  return {
    address,
    prefix: ["ip", "netns", "exec", name],
    cable: (state) => ip("link", "set", here, state),
    remove,
  };
}

function ip(...words: readonly string[]): void {
  const { status, stderr, error } = spawnSync("ip", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${words.join(" ")}: ${error?.message ?? stderr}`);
}

function whyNot(): string | null {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "network namespaces want root";
  try {
    ownHost(200).remove();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
