/** A value for each seed, one after the other: stages share the cores. */
export async function bySeed<T>(seeds: readonly number[], of: (seed: number) => Promise<T>): Promise<T[]> {
  const values: T[] = [];
  for (const seed of seeds) values.push(await of(seed));
  return values;
}
