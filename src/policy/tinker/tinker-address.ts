import { OptionError } from "../../errors.ts";

/** Where a server of the Tinker API is. */
export interface TinkerAddress {
  /** Without a slash at its end. */
  readonly url: string;
  /** As people and a run's config see it. */
  readonly shown: string;
}

const EXPECTED = "Expected `engine` to be tinker+http://HOST:PORT or tinker+https://HOST";

/** @throws OptionError for what is no address; never with a password in it */
export function tinkerAddress(text: string): TinkerAddress {
  const [, plain] = /^tinker\+(https?:\/\/.+)$/i.exec(text) ?? [];
  if (plain === undefined) throw new OptionError(`${EXPECTED}, got an address of another kind.`);
  const url = URL.canParse(plain) ? new URL(plain) : undefined;
  if (url === undefined || url.hostname === "") throw new OptionError(`${EXPECTED}, got one that can't be read.`);
  if (url.username !== "" || url.password !== "")
    throw new OptionError(`${EXPECTED}, got one with a name or a password; give the key by TINKER_API_KEY.`);
  if (url.search !== "" || url.hash !== "") throw new OptionError(`${EXPECTED}, got one with \`?\` or \`#\`.`);
  const whole = `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`;
  return { url: whole, shown: `tinker+${whole}` };
}
