/** Browsers that tell whether the visitor pays for bytes. */
interface Connected {
  readonly connection?: { readonly saveData?: boolean };
}

/**
 * Keeps the page for visits without a network, once it is loaded. Where that isn't allowed (plain http from another
 * machine, storage refused, a private window) nothing is lost.
 *
 * @param root address of the page's folder
 */
export function keepOffline(root: string): void {
  if (!isSecureContext || !("serviceWorker" in navigator)) return;
  if ((navigator as Connected).connection?.saveData === true) return;
  const register = (): void => void registered(root).catch(() => undefined);
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}

async function registered(root: string): Promise<void> {
  const { serviceWorker } = navigator;
  const { waiting } = await serviceWorker.register(new URL("service-worker.js", root), { scope: root });
  if (waiting === null || serviceWorker.controller === null) return;
  // A newer page came with the visit before; the visitor has begun nothing yet.
  serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage("take-over");
}
