/** JSON with the keys of objects in order, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    // JSON knows neither these nor -0, and they are not the same.
    if (typeof item === "number" && (!Number.isFinite(item) || Object.is(item, -0)))
      return `number ${Object.is(item, -0) ? "-0" : item}`;
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
