/** A reward's place on a beam. */
export interface DotPlace {
  /** Index of the completion. */
  readonly sample: number;
  readonly value: number;
  readonly x: number;
  readonly y: number;
}

const LARGEST = 10;
const SMALLEST = 2;

/**
 * Dots that stand on each other where they would touch.
 *
 * @param rewards null where there is none, shape [groupSize]
 * @param x from a reward to its place, in pixels
 * @param height room above the ground, which is at `height`, in pixels
 */
export function dotPlaces(
  rewards: readonly (number | null)[],
  x: (reward: number) => number,
  height: number,
): { readonly dots: readonly DotPlace[]; readonly radius: number } {
  for (let radius = LARGEST; ; radius--) {
    const stacks = new Map<number, number>();
    const dots = rewards.flatMap((value, sample) => {
      if (value === null) return [];
      const column = Math.round(x(value) / (2 * radius));
      const below = stacks.get(column) ?? 0;
      stacks.set(column, below + 1);
      return [{ sample, value, x: below === 0 ? x(value) : columnX(column), y: height - radius * (2 * below + 1) - 1 }];
    });
    // A stack has the place of its lowest dot.
    function columnX(column: number): number {
      const first = rewards.find((value) => value !== null && Math.round(x(value) / (2 * radius)) === column);
      return first === null || first === undefined ? column * 2 * radius : x(first);
    }
    const tallest = Math.max(0, ...stacks.values());
    if (tallest * 2 * radius <= height || radius === SMALLEST) return { dots, radius };
  }
}
