import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environmentWithoutSecrets } from "../../src/host/child-environment.ts";
import { NO_REDIS, ownRedis, type OwnRedis } from "./redis-server.ts";

const NO_OPENSSL = spawnSync("openssl", ["version"]).status === 0 ? null : "openssl isn't installed";
const MISSING = NO_REDIS ?? NO_OPENSSL;
const PASSWORD = "ge/he+im:@ü%";

const CHILD = fileURLToPath(new URL("./redis-tls-child.ts", import.meta.url));

/** An authority of a test's own, and a server's key with a certificate for 127.0.0.1. */
function makeCertificates(folder: string): void {
  const openssl = (words: string): void =>
    void execFileSync("openssl", words.split(" "), { cwd: folder, stdio: "pipe" });
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  openssl(`req -x509 ${key} -keyout ca.key -out ca.crt -days 2 -subj /CN=test-authority`);
  openssl(`req ${key} -keyout server.key -out server.csr -subj /CN=redis -addext subjectAltName=IP:127.0.0.1`);
  openssl("x509 -req -in server.csr -CA ca.crt -CAkey ca.key -out server.crt -days 2 -copy_extensions copy");
}

describe.skipIf(MISSING !== null)(`a queue by TLS${MISSING === null ? "" : ` (skipped: ${MISSING})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "aha-tls-"));
  let plain: OwnRedis;
  let tls: OwnRedis;
  beforeAll(async () => {
    makeCertificates(folder);
    plain = await ownRedis();
    const certificate = ["--tls-cert-file", join(folder, "server.crt"), "--tls-key-file", join(folder, "server.key")];
    const port = ["--port", "0", "--tls-port", "PORT", "--tls-auth-clients", "no"];
    const user = ["--user", "default", "off", "--user", "aha", "on", `>${PASSWORD}`, "~aha:*", "+@all"];
    tls = await ownRedis(...port, ...certificate, "--tls-ca-cert-file", join(folder, "ca.crt"), ...user);
  });
  afterAll(async () => {
    await Promise.all([plain.remove(), tls.remove()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a process says that uses the queue at an address, and trusts an authority. */
  const used = (address: string, environment: Readonly<Record<string, string>> = {}): Record<string, unknown> => {
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", CHILD], {
      input: address,
      encoding: "utf8",
      env: { ...environmentWithoutSecrets(), ...environment },
    });
    expect(stdout + stderr).not.toMatch(/geheim|ge\/he|ge%2F|falsch/);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const trusting = (): Record<string, string> => ({ NODE_EXTRA_CA_CERTS: join(folder, "ca.crt") });
  const address = (user: string): string => `rediss://${user}127.0.0.1:${tls.port}`;
  const named = `aha:${encodeURIComponent(PASSWORD)}@`;

  test("is used by a user with a password, where its authority is named", () => {
    const shown = `rediss://aha@127.0.0.1:${tls.port}`;
    const right = { shown, verdict: "right", done: 1 };
    expect(used(address(named), trusting())).toEqual(right);
    // The password may be kept out of the address.
    expect(used(address("aha@"), { ...trusting(), AHA_QUEUE_TOKEN: PASSWORD })).toEqual(right);
  }, 60_000);

  test("is refused in a line, without the password", () => {
    for (const [url, environment, name, words] of [
      [
        address(named),
        {},
        "RunError",
        /^The certificate of the queue at rediss:.* isn't trusted \(.*NODE_EXTRA_CA_CERTS/,
      ],
      [
        address(named).replace("127.0.0.1", "localhost"),
        trusting(),
        "RunError",
        /isn't trusted \(ERR_TLS_CERT_ALTNAME/,
      ],
      [address("aha:falsch@"), trusting(), "OptionError", /^Expected the name and password of the Redis at rediss:/],
      [address("other:falsch@"), trusting(), "OptionError", /^Expected the name and password of the Redis at rediss:/],
      [address(""), trusting(), "OptionError", /^Expected the name and password of the Redis at rediss:/],
      [
        `rediss://127.0.0.1:${plain.port}`,
        trusting(),
        "RunError",
        /doesn't answer within 10 s; see that it is a Redis that speaks TLS/,
      ],
      [`redis://${named}127.0.0.1:${tls.port}`, {}, "RunError", /hung up; .* write rediss:\/\//],
    ] as const) {
      expect(used(url, environment)).toEqual({ name, message: expect.stringMatching(words) as unknown });
    }
  }, 120_000);
});
