/** Threads and event loops where there is one thread: part of the Python side (python-source.ts). */
export const PYTHON_ALONE: string = String.raw`
class Selector:
    """Nothing but time can be waited for here."""

    def select(self, timeout):
        if timeout:
            time.sleep(timeout)
        return []


class Loop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = Selector()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


class LoopPolicy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = Loop


def start_thread(thread):
    """Threads can't run beside one another here: each runs to its end where it is started."""
    if thread._started.is_set():
        raise RuntimeError("threads can only be started once")
    thread._started.set()
    try:
        thread.run()
    except BaseException:
        # As in any thread: it ends, and the others go on.
        pass


threading.Thread.start = start_thread
threading.Thread.join = lambda thread, timeout=None: None
threading.Thread.is_alive = lambda thread: False


def submit(pool, call, /, *args, **keywords):
    future = concurrent.futures.Future()
    try:
        future.set_result(call(*args, **keywords))
    except BaseException as error:
        future.set_exception(error)
    return future


concurrent.futures.thread.ThreadPoolExecutor.submit = submit
`;
