/** Two clocks. Only the steady one measures: the other may be set forwards or back at any time. */
export interface QueueClock {
  /** Milliseconds since 1970. */
  wall(): number;
  /** Milliseconds since some moment, of this process alone; never goes back. */
  steady(): number;
}

export const MACHINE_CLOCK: QueueClock = { wall: () => Date.now(), steady: () => performance.now() };
