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

/**
 * Items as they come, with a deadline between each two: it counts while the next one is waited for alone.
 *
 * @param late ends what gives the items, and throws
 */
export async function* eachWithin<T>(
  items: AsyncIterable<T> | Iterable<T>,
  seconds: number,
  late: () => never,
): AsyncGenerator<T> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let isLate = false;
  try {
    for (;;) {
      const next = await withDeadline(Promise.resolve(iterator.next()), seconds, () => {
        isLate = true;
        return late();
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // One that is asked for an item that never comes would not answer this either.
    if (!isLate) await iterator.return?.();
  }
}
