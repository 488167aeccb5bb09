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
  readonly clients: { matchAll(): Promise<readonly unknown[]>; claim(): Promise<void> };
  addEventListener(kind: string, listener: (event: ServiceWorkerEvent) => void): void;
  skipWaiting(): Promise<void>;
}

const BUILD: OfflineFiles = OFFLINE_FILES;
const worker = self as unknown as ServiceWorkerScope;
const { scope } = worker.registration;
/** The page's folder is in the name, as others of the same host may keep something. */
const OWN = `aha-playground ${scope} `;
const CACHE = OWN + BUILD.digest;

/** Fetches a file of this build and keeps it. @throws Error where another build's arrives */
async function fetched(name: string, cache: Cache): Promise<Response> {
  // Some hosts lead from index.html on to the folder, and no visit may be answered by what was led on.
  const address = name === "index.html" ? scope : new URL(name, scope);
  const response = await fetch(address, { cache: "no-cache" });
  if (!response.ok) throw new Error(`Expected ${name}, got status ${response.status}.`);
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== BUILD.files[name]) throw new Error(`Expected ${name} of this build, got another one.`);
  await cache.put(keyOf(name), response.clone());
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
    if (known === undefined) await fetched(name, cache);
    else await cache.put(keyOf(name), known);
  }
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(OWN) && name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

async function answer(name: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const known = await cache.match(keyOf(name));
  if (known !== undefined) return known;
  // Another build's file, or a store that refuses, is the network's business.
  return fetched(name, cache).catch(() => fetch(request));
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const name = event.request.method === "GET" ? ownFileName(event.request.url, scope) : null;
  if (name !== null && name in BUILD.files) event.respondWith(answer(name, event.request));
});
worker.addEventListener("message", (event) => {
  const takeOver = async (): Promise<void> => {
    if ((await worker.clients.matchAll()).length <= 1) await worker.skipWaiting();
  };
  if (event.data === "take-over") event.waitUntil(takeOver());
});
