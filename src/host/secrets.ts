import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A secret that nobody guesses, to be written in an address. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Whether a value is the secret, in a time that tells nothing about it. */
export function isSecret(secret: string, given: string | undefined): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(secret), digest(given ?? ""));
}
