import type * as bullMq from "bullmq";
import type * as ioRedis from "ioredis";
import type { Redis, RedisOptions } from "ioredis";
import { AhaError, OptionError, RunError } from "../../errors.ts";
import { withDeadline } from "../deadline.ts";
import { printableLine } from "../../text/printable.ts";
import type { RedisAddress } from "./redis-address.ts";

type BullMq = typeof bullMq;
type IoRedis = Pick<typeof ioRedis, "Redis">;

/** A connection that comes back by itself, and the package that works on it. */
export interface RedisConnection {
  readonly client: Redis;
  readonly bullmq: BullMq;
  /** Without a password. */
  readonly shown: string;
}

const CONNECT_SECONDS = 10;
/** A question that isn't answered within so many milliseconds has failed. */
const MOST_MILLISECONDS = 20_000;
const LONGEST_WAIT = 2000;
/** What BullMQ's scripts need. */
const LEAST_VERSION = [6, 2] as const;

/**
 * @param load gives the packages, which aha-rl doesn't bring
 * @throws OptionError where a package, the password or what is asked isn't what a queue needs; RunError where nothing
 *   answers
 */
export async function connectRedis(address: RedisAddress, load: typeof packages = packages): Promise<RedisConnection> {
  const [bullmq, { Redis }] = await loaded(load);
  const { shown } = address;
  let isUp = false;
  const client = new Redis({
    ...optionsOf(address),
    // The first time it says at once what is wrong; later it comes back whenever it can.
    retryStrategy: (times) => (isUp ? Math.min(LONGEST_WAIT, 50 * 2 ** times) : null),
  });
  let cause: unknown;
  // The first says why; later ones are told by the questions that fail.
  client.on("error", (error) => (cause ??= error));
  try {
    await withDeadline(client.connect(), CONNECT_SECONDS, () => {
      const what = address.tls ? "a Redis that speaks TLS at this port" : "a Redis";
      throw new RunError(`The queue at ${shown} doesn't answer within ${CONNECT_SECONDS} s; see that it is ${what}.`);
    });
    checkServer(await client.info(), shown);
    // The client stays in database 0 where it can't have its own, without a word.
    if (address.database !== 0) await client.select(address.database);
    isUp = true;
    return { client, bullmq, shown };
  } catch (error) {
    client.disconnect();
    throw refusal(error instanceof AhaError ? error : (cause ?? error), address);
  }
}

function packages(): Promise<readonly [BullMq, IoRedis]> {
  return Promise.all([import("bullmq"), import("ioredis")]);
}

async function loaded(load: typeof packages): ReturnType<typeof packages> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new OptionError(
      "Expected the packages bullmq and ioredis, which a queue in Redis needs, got none; run `npm install bullmq@6 ioredis@5`.",
    );
  }
}

function optionsOf({ host, port, database, tls, username, password }: RedisAddress): RedisOptions {
  return {
    host,
    port,
    db: database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    lazyConnect: true,
    // Nothing is sent twice, and nothing waits unseen: who asks decides whether to ask again.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    connectTimeout: 1000 * CONNECT_SECONDS,
    commandTimeout: MOST_MILLISECONDS,
    socketTimeout: MOST_MILLISECONDS,
    keepAlive: 10_000,
  };
}

function checkServer(info: string, shown: string): void {
  const said = new Map(info.split(/\r?\n/).map((line) => [line.split(":", 1)[0]!, line.slice(line.indexOf(":") + 1)]));
  const version = said.get("redis_version") ?? "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (!(major > LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor >= LEAST_VERSION[1])))
    throw new OptionError(
      `Expected Redis ${LEAST_VERSION.join(".")} or newer, or Valkey, at ${shown}, got ${printableLine(version.slice(0, 40)) || "none of a known version"}.`,
    );
  const policy = said.get("maxmemory_policy") ?? "noeviction";
  if (policy !== "noeviction")
    throw new OptionError(
      `Expected a Redis that drops nothing, got the maxmemory-policy ${printableLine(policy.slice(0, 40))} at ${shown}; set it to noeviction (\`redis-cli CONFIG SET maxmemory-policy noeviction\`).`,
    );
  if (said.get("role") === "slave")
    throw new OptionError(`Expected a Redis that can be written, got a replica at ${shown}; give its primary.`);
  if (said.get("cluster_enabled") === "1")
    throw new OptionError(`Expected a single Redis, got a cluster at ${shown}; give one that isn't.`);
}

/** What a first try tells its user. */
function refusal(error: unknown, { shown, option }: RedisAddress): Error {
  if (error instanceof AhaError) return error;
  const words = (error as Error).message;
  if (/^(WRONGPASS|NOAUTH)|invalid password|without any password/.test(words))
    return new OptionError(
      `Expected the name and password of the Redis at ${shown} in \`${option}\` or AHA_QUEUE_TOKEN, got others or none.`,
    );
  if (words.includes("DB index is out of range"))
    return new OptionError(
      `Expected \`${option}\` to name one of Redis's databases, got ${shown}; without a number it is 0.`,
    );
  if (words.startsWith("NOPERM"))
    return new OptionError(`Expected a user of the Redis at ${shown} with all commands on the keys aha:*, got fewer.`);
  // So ends a talk with a TLS port that isn't TLS.
  if ((error as NodeJS.ErrnoException).code === "ECONNRESET")
    return new RunError(
      `The queue at ${shown} hung up; see that Redis runs there, and write rediss:// where it speaks TLS.`,
    );
  if (words.startsWith("Protocol error")) return new OptionError(`Expected a Redis at ${shown}, got another server.`);
  return redisError(error, shown);
}

/** What Node says of a certificate that it doesn't take. */
const CERTIFICATE = /CERT|^UNABLE_TO_VERIFY|^HOSTNAME_MISMATCH|^INVALID_(CA|PURPOSE)/;

/** Redis couldn't be asked, as opposed to what it holds: it may answer later. */
export class RedisAway extends RunError {}

/**
 * What a question to Redis ended by: RedisAway where it may be answered later, RunError for a certificate that isn't
 * trusted, and as it is where it is a mistake of ours. The error of the client itself is left out: it carries the
 * question, which may be a password.
 */
export function redisError(error: unknown, shown: string): Error {
  if (!(error instanceof Error) || error instanceof AhaError) return error as Error;
  const { name, message, code } = error as NodeJS.ErrnoException;
  const isTheirs =
    typeof code === "string" ||
    name === "ReplyError" ||
    /Connection is closed|isn't writeable|timed? ?out|Connection aborted/i.test(message);
  if (!isTheirs) return error;
  if (/^OOM\b/.test(message))
    return new RedisAway(
      `The queue at ${shown} has no room (OOM): its maxmemory is reached; give it more (\`redis-cli CONFIG SET maxmemory 0\`).`,
    );
  if (typeof code === "string" && CERTIFICATE.test(code))
    return new RunError(
      `The certificate of the queue at ${shown} isn't trusted (${code}); see that NODE_EXTRA_CA_CERTS names the file of its authority, and that the address has a name that it is made for.`,
    );
  if (typeof code === "string" && /^ERR_SSL|^EPROTO$/.test(code))
    return new RedisAway(
      `The queue at ${shown} doesn't speak TLS as this does (${code}); see that it is Redis's TLS port.`,
    );
  const isAway = /Connection is closed|isn't writeable/.test(message);
  const said = isAway ? "no connection" : printableLine(message.slice(0, 200));
  const what = typeof code === "string" ? code : said;
  return new RedisAway(`The queue at ${shown} can't be asked (${what}); see that Redis runs there.`);
}

const ASK_SECONDS = 30;
/** Bytes a second that a network gives at least. */
const SLOWEST = 2 ** 18;

/**
 * What Redis answers, with its errors as ours.
 *
 * @param shown its address without a password
 * @param bytes that go over the wire, which takes its time
 * @throws RedisAway where it is away, or doesn't answer in time
 */
export async function askedInTime<T>(shown: string, ask: () => Promise<T>, bytes: number = 0): Promise<T> {
  const seconds = ASK_SECONDS + bytes / SLOWEST;
  const late = (): never => {
    throw new RedisAway(`The queue at ${shown} can't be asked (no answer within ${Math.round(seconds)} s).`);
  };
  try {
    return await withDeadline(ask(), seconds, late);
  } catch (error) {
    throw redisError(error, shown);
  }
}
