/**
 * Milliseconds of the processor that some work takes in this process: unlike the clock's, they say little of what else
 * the machine does.
 */
export function cpuMilliseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
