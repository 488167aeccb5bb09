import { OptionError } from "../../errors.ts";

/** Where a Redis or Valkey is, and who asks it. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The address as people and files may see it: without the password. */
  readonly shown: string;
  /** The option that it was given by, for messages. */
  readonly option: string;
}

const PORT = 6379;

function expectedAs(option: string): string {
  return `Expected \`${option}\` to be redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss:// for TLS`;
}

export function isRedisAddress(text: string): boolean {
  return /^rediss?:\/\//i.test(text);
}

/**
 * @param token the password where the address has none; what AHA_QUEUE_TOKEN holds where absent
 * @param option that gave the address
 * @throws OptionError for what is no address; never with the password in it
 */
export function redisAddress(
  text: string,
  token: string | undefined = process.env["AHA_QUEUE_TOKEN"],
  option: string = "queue",
): RedisAddress {
  const expected = expectedAs(option);
  if (!isRedisAddress(text)) throw new OptionError(`${expected}, got an address of another kind.`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "") throw new OptionError(`${expected}, got one that can't be read.`);
  if (url.search !== "" || url.hash !== "")
    throw new OptionError(`${expected}, got one with \`?\` or \`#\`; write those signs of a password as %3F and %23.`);
  const database = /^\/?(\d{1,5})?$/.exec(url.pathname);
  if (database === null) throw new OptionError(`${expected}, got another path than the number of a database.`);
  const [username, password] = [decoded(url.username, expected), decoded(url.password, expected)];
  const tls = url.protocol.toLowerCase() === "rediss:";
  const port = url.port === "" ? PORT : Number(url.port);
  const name = username === "" ? "" : `${encodeURIComponent(username)}@`;
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    database: Number(database[1] ?? 0),
    tls,
    username: username === "" ? undefined : username,
    password: password === "" ? token : password,
    option,
    shown: `${tls ? "rediss" : "redis"}://${name}${url.hostname}:${port}${database[1] === undefined ? "" : `/${database[1]}`}`,
  };
}

/** A queue's address as a run's config keeps it: without a password. Empty for none. */
export function storedQueue(queue: string, option?: string): string {
  return queue === "" ? "" : redisAddress(queue, undefined, option).shown;
}

function decoded(part: string, expected: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new OptionError(`${expected}, got a name or password with a \`%\`; write that sign as %25.`);
  }
}
