/**
 * What comes first: an answer, or its deadline. The timer is gone when this ends; what comes late is dropped, and its
 * failure too.
 *
 * @param late gives what is answered at the deadline, or throws it
 */
export async function withDeadline<T, Late = T>(
  answer: PromiseLike<T>,
  seconds: number,
  late: () => Late,
): Promise<T | Late> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  try {
    return await Promise.race([answer, deadline.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}
