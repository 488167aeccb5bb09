/**
 * What Node and its loaders need to start and to find room for temporary files; Windows opens no sockets without its
 * own.
 */
const NEEDED: ReadonlySet<string> = new Set([
  "PATH",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "TEMP",
  "TMP",
  "TMPDIR",
  "SYSTEMROOT",
  "SYSTEMDRIVE",
  "WINDIR",
  "COMSPEC",
  "PATHEXT",
]);

/** Names of what is nobody else's business: keys, tokens, passwords. Rather one too many. */
const SECRET = /token|secret|passw|passphrase|credential|api_?key|key$|(^|_)(keys?|auth|pass|pat|pw|cookie)(_|$)/i;
/** An address with a name and a password in it. */
const SIGNED_ADDRESS = /:\/\/[^/\s]*@/;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment of a process or thread that works on files of strangers, or on nothing but what it is sent: the few
 * names that Node needs. No key, no token, no NODE_OPTIONS.
 */
export function childEnvironment(environment: Environment = process.env): Record<string, string> {
  return chosen(environment, (name) => NEEDED.has(name.toUpperCase()));
}

/**
 * The environment of what the user himself chose to run, or of our own program in a process of its own: all but
 * secrets, and NODE_OPTIONS, which would load code into it.
 */
export function environmentWithoutSecrets(environment: Environment = process.env): Record<string, string> {
  const isSecret = (name: string, value: string): boolean => SECRET.test(name) || SIGNED_ADDRESS.test(value);
  return chosen(environment, (name, value) => name.toUpperCase() !== "NODE_OPTIONS" && !isSecret(name, value));
}

function chosen(environment: Environment, keep: (name: string, value: string) => boolean): Record<string, string> {
  const given = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.filter(([name, value]) => keep(name, value)));
}
