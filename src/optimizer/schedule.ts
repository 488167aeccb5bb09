/** The learning rate at an update, counted from 0. */
export type Schedule = (update: number) => number;

/**
 * Rises over `warmup` updates, then falls along a half cosine to `floor` times the peak at `total`. Loshchilov and
 * Hutter 2017, arXiv:1608.03983.
 */
export function cosineSchedule(peak: number, total: number, warmup: number = 0, floor: number = 0): Schedule {
  return (update) => {
    if (update < warmup) return (peak * (update + 1)) / warmup;
    const progress = Math.min(1, (update - warmup) / Math.max(1, total - warmup));
    return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
  };
}

/** Rises over `warmup` updates, then falls in a straight line to `floor` times the peak at `total`, and stays there. */
export function linearSchedule(peak: number, total: number, warmup: number = 0, floor: number = 0): Schedule {
  return (update) => {
    if (update < warmup) return (peak * (update + 1)) / warmup;
    const progress = Math.min(1, (update - warmup) / Math.max(1, total - warmup));
    return peak * (1 - (1 - floor) * progress);
  };
}
