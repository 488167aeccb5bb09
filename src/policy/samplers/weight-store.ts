import { createHash, type Hash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Redis } from "ioredis";
import { PREFIX } from "../../judging/queue/redis/bull-records.ts";

/** Bytes of a piece: over the slowest network it takes 4 s, so that heartbeats on the same connection come in time. */
const PIECE = 2 ** 20;
/** Seconds for which weights stay of which nobody says that they are still wanted. */
const KEPT = 24 * 3600;
const SIZE = "bytes";

/** The bytes of weights in Redis, in pieces under their SHA-256. */
export class WeightStore {
  constructor(
    private readonly client: Redis,
    private readonly run: string,
  ) {}

  /** @returns whether they are there as a whole */
  async has(sha256: string): Promise<boolean> {
    return (await this.client.hexists(this.key(sha256), SIZE)) === 1;
  }

  /** @returns bytes that were sent; 0 where they were there */
  async put(sha256: string, weights: Float32Array): Promise<number> {
    const key = this.key(sha256);
    if (await this.has(sha256)) {
      await this.client.expire(key, KEPT);
      return 0;
    }
    await this.client.sadd(this.names, sha256);
    for (const [i, piece] of piecesOf(weights).entries()) {
      await this.client.hset(key, String(i), Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
      await this.client.expire(key, KEPT);
    }
    await this.client.hset(key, SIZE, weights.byteLength);
    return weights.byteLength;
  }

  /**
   * Reads weights into their place. Those that are others than their hash says go: their learner sends them again.
   *
   * @returns false where they aren't there; the place then holds anything
   */
  async get(sha256: string, into: Float32Array): Promise<boolean> {
    const key = this.key(sha256);
    const size = await this.client.hget(key, SIZE);
    if (size === null) return false;
    if (Number(size) !== into.byteLength) return this.damaged(key);
    const hash = createHash("sha256");
    for (const [i, piece] of piecesOf(into).entries()) {
      const sent = await this.client.hgetBuffer(key, String(i));
      if (sent === null) return false;
      if (sent.length !== piece.length) return this.damaged(key);
      piece.set(sent);
      hash.update(piece);
    }
    return hash.digest("hex") === sha256 ? true : this.damaged(key);
  }

  /** All others of this run go. */
  async keepOnly(wanted: readonly string[]): Promise<void> {
    const others = (await this.client.smembers(this.names)).filter((sha256) => !wanted.includes(sha256));
    if (others.length === 0) return;
    await this.client.unlink(...others.map((sha256) => this.key(sha256)));
    await this.client.srem(this.names, ...others);
  }

  private async damaged(key: string): Promise<false> {
    await this.client.unlink(key);
    return false;
  }

  private get names(): string {
    return `${PREFIX}:${this.run}:weights`;
  }

  private key(sha256: string): string {
    return `${this.names}:${sha256}`;
  }
}

/** SHA-256 of weights' bytes; others have their turn while it is computed. */
export async function weightsDigest(weights: Float32Array): Promise<string> {
  const hash: Hash = createHash("sha256");
  for (const piece of piecesOf(weights)) {
    hash.update(piece);
    await setImmediate();
  }
  return hash.digest("hex");
}

function piecesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(byteLength / PIECE) }, (_, i) => {
    const start = i * PIECE;
    return new Uint8Array(buffer, byteOffset + start, Math.min(PIECE, byteLength - start));
  });
}
