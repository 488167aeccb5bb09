/** Programs that leave dirt behind: what follows them in the same process must not notice. */
import { RandomStream, randomKey, splitKey } from "../../src/random.ts";

const DIRT: readonly ((n: number) => string)[] = [
  (n) =>
    `import builtins\nbuiltins.sorted = builtins.max = builtins.zip = lambda *a, **k: ${n}\ndef gap(xs): return ${n}`,
  (n) => `open('/tmp/d${n}', 'w').write('x' * ${n * 100})\ndef gap(xs): return ${n}`,
  (n) => `x = bytearray(${n * 10_000})\ndef gap(xs): return len(x)`,
  (n) => `import sys\nsys.modules['zip'] = ${n}\nsys.setrecursionlimit(${50 + (n % 50)})\ndef gap(xs): return ${n}`,
  (n) => `import os\nos.chdir('/tmp')\nos.umask(${n % 512})\nos.environ['D'] = '${n}'\ndef gap(xs): return ${n}`,
  (n) => `import os\nfor i in range(${n % 30}): os.open('/dev/null', os.O_RDONLY)\ndef gap(xs): return ${n}`,
  (n) =>
    `class D:\n    def __del__(self): open('/tmp/z', 'a').write('${n}')\nk = [D() for _ in range(10)]\ndef gap(xs): return ${n}`,
  (n) => `import os\nos.closerange(3, ${4 + (n % 60)})\ndef gap(xs): return ${n}`,
  (n) =>
    `import random, decimal, locale\nrandom.seed(${n})\ndecimal.getcontext().prec = ${1 + (n % 9)}\ndef gap(xs): return random.random()`,
  (n) => `def gap(xs): return gap(xs) if len(xs) < ${n} else 0`,
  (n) => `import threading, gc\ngc.disable()\nthreading.excepthook = None\ndef gap(xs): raise MemoryError(${n})`,
  (n) =>
    `import os\nos.remove('/lib/python314.zip') if os.path.exists('/lib/python314.zip') else None\ndef gap(xs): return ${n}`,
];

/** Always the same ones. */
export function dirtyPrograms(count: number): string[] {
  const random = new RandomStream(splitKey(randomKey(0), "dirty programs"));
  return Array.from({ length: count }, () => DIRT[random.integer(DIRT.length)]!(1 + random.integer(5_000)));
}
