/** What marks a line of the clock among what the trainer prints. */
export const CLOCK_MARK = "aha-step ";

/**
 * Runs an exported `train.py` and tells of each step how long it took and how long its completions took to write, how
 * long they are on average in tokens, and the most memory that the process has had, in bytes (0 where Python can't
 * tell).
 * Arguments: the threads that torch computes with.
 */
export function trlClock(): string {
  return `"""Times the steps of train.py. Written by \`aha bench --against trl\`."""
import collections, json, runpy, sys, time

import torch

torch.set_num_threads(int(sys.argv[1]))
from transformers import TrainerCallback, trainer
from trl.extras import profiling

spent = collections.defaultdict(float)


def collect(self, seconds):
    spent[self.name] += seconds


profiling.ProfilingContext._log_metrics = collect


def peak():
    try:
        # maxrss begins at what the process that started this one had; this is its own.
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except FileNotFoundError:
        pass
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


class Clock(TrainerCallback):
    def on_train_begin(self, args, state, control, **_):
        self.last = time.perf_counter()

    def on_log(self, args, state, control, logs=None, **_):
        length = (logs or {}).get("completions/mean_length")
        if length is None:
            return
        now = time.perf_counter()
        written = sum(seconds for name, seconds in spent.items() if "generate" in name and "." in name)
        told = {"seconds": now - self.last, "rolloutSeconds": written, "meanLength": float(length), "peak": peak()}
        print("${CLOCK_MARK}" + json.dumps(told), flush=True)
        spent.clear()
        self.last = time.perf_counter()


trainer.DEFAULT_CALLBACKS.append(Clock)
runpy.run_path("train.py", run_name="__main__")
`;
}
