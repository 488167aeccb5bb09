/**
 * The numbers of a step or an evaluation by name, nested ones with their path: `emergence.meanLength`,
 * `emergence.lengthByDifficulty.0`. What is null, text or a list of objects has no number and is left out.
 */
export function flatMetrics(value: object, prefix: string = ""): Map<string, number> {
  const flat = new Map<string, number>();
  for (const [name, item] of Object.entries(value) as [string, unknown][]) {
    if (typeof item === "number") flat.set(`${prefix}${name}`, item);
    else if (typeof item === "object" && item !== null)
      for (const [inner, number] of flatMetrics(item, `${prefix}${name}.`)) flat.set(inner, number);
  }
  return flat;
}
