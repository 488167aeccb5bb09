/**
 * Keeps the page for visits without a network. It answers GETs of this build's own files alone, and never mixes two
 * builds: what arrives is compared with the digest that the build wrote, and a newer page waits until no other tab
 * shows the older one.
 */
import { isAtStart, ownFileName, type OfflineFiles } from "./offline-files.ts";

/** Written by scripts/build-playground.mjs. */
declare const OFFLINE_FILES: OfflineFiles;

/** What of a service worker is used here: the page's types don't know workers. */
interface ServiceWorkerEvent extends Event {
  readonly request: Request;
  readonly data: unknown;
  waitUntil(done: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}
interface ServiceWorkerScope {
  readonly registration: { readonly scope: string };
  readonly clients: {
    matchAll(asked: { includeUncontrolled: true }): Promise<readonly { readonly url: string }[]>;
    claim(): Promise<void>;
  };
  addEventListener(kind: string, listener: (event: ServiceWorkerEvent) => void): void;
  skipWaiting(): Promise<void>;
}

const BUILD: OfflineFiles = OFFLINE_FILES;
const worker = self as unknown as ServiceWorkerScope;
const { scope } = worker.registration;
/** The page's folder is in the name, as others of the same host may keep something. */
const OWN = `aha-playground ${scope} `;
const CACHE = OWN + BUILD.digest;

/** Fetches a file of this build. @throws Error where another build's arrives, or none */
async function fetched(name: string): Promise<Response> {
  // Some hosts lead from index.html on to the folder, and no visit may be answered by what was led on.
  const address = name === "index.html" ? scope : new URL(name, scope);
  const response = await fetch(address, { cache: "no-cache" });
  if (!response.ok) throw new Error(`Expected ${name}, got status ${response.status}.`);
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== BUILD.files[name]) throw new Error(`Expected ${name} of this build, got another one.`);
  return response;
}

/** The same bytes have the same key in every build. */
function keyOf(name: string): string {
  return new URL(`${name}?sha256=${BUILD.files[name]!}`, scope).href;
}

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const name of Object.keys(BUILD.files).filter(isAtStart)) {
    // What an older build kept needn't be fetched again.
    const known = await caches.match(keyOf(name));
    await cache.put(keyOf(name), known ?? (await fetched(name)));
  }
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(OWN) && name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

async function answer(name: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const known = await cache.match(keyOf(name));
  if (known !== undefined) return known;
  try {
    const response = await fetched(name);
    // A store that is full or refuses takes nothing away from this visit.
    await cache.put(keyOf(name), response.clone()).catch(() => undefined);
    return response;
  } catch {
    // Another build's file is none of this page's: to the page it didn't arrive, and the next visit has that build.
    return Response.error();
  }
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const name = event.request.method === "GET" ? ownFileName(event.request.url, scope) : null;
  if (name !== null && name in BUILD.files) event.respondWith(answer(name));
});
worker.addEventListener("message", (event) => {
  const takeOver = async (): Promise<void> => {
    // A worker that waits controls no page yet: those of the older build are asked for by their address.
    const open = await worker.clients.matchAll({ includeUncontrolled: true });
    if (open.filter(({ url }) => url.startsWith(scope)).length <= 1) await worker.skipWaiting();
  };
  if (event.data === "take-over") event.waitUntil(takeOver());
});
