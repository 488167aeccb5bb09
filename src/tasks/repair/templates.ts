import { MORE_TEMPLATES } from "./more-templates.ts";

/** What a function takes: whole numbers from 0 to 9, signed ones, lists, texts of small letters. */
export type ArgumentKind = "natural" | "signed" | "size" | "year" | "naturals" | "signeds" | "word";

/** A small function in both languages, and what it means. */
export interface RepairTemplate {
  readonly name: string;
  readonly takes: readonly ArgumentKind[];
  /** The same function in TypeScript: what the hidden tests want. */
  readonly twin: (...args: never[]) => unknown;
  /** Source as words with single spaces between them; two spaces a level of indentation. */
  readonly python: string;
  readonly javascript: string;
}

const sum = (xs: readonly number[]): number => xs.reduce((total, x) => total + x, 0);

const FIRST: readonly RepairTemplate[] = [
  {
    name: "largest",
    takes: ["signeds"],
    twin: (xs: number[]) => Math.max(...xs),
    python: `def largest ( xs ) :
  best = xs [ 0 ]
  for x in xs :
    if x > best :
      best = x
  return best`,
    javascript: `function largest ( xs ) {
  let best = xs [ 0 ]
  for ( const x of xs ) {
    if ( x > best ) {
      best = x
    }
  }
  return best
}`,
  },
  {
    name: "smallest",
    takes: ["signeds"],
    twin: (xs: number[]) => Math.min(...xs),
    python: `def smallest ( xs ) :
  best = xs [ 0 ]
  for i in range ( 1 , len ( xs ) ) :
    if xs [ i ] < best :
      best = xs [ i ]
  return best`,
    javascript: `function smallest ( xs ) {
  let best = xs [ 0 ]
  for ( let i = 1 ; i < xs . length ; i += 1 ) {
    if ( xs [ i ] < best ) {
      best = xs [ i ]
    }
  }
  return best
}`,
  },
  {
    name: "total_of",
    takes: ["signeds"],
    twin: sum,
    python: `def total_of ( xs ) :
  total = 0
  for x in xs :
    total += x
  return total`,
    javascript: `function total_of ( xs ) {
  let total = 0
  for ( const x of xs ) {
    total += x
  }
  return total
}`,
  },
  {
    name: "count_above",
    takes: ["naturals", "natural"],
    twin: (xs: number[], n: number) => xs.filter((x) => x > n).length,
    python: `def count_above ( xs , n ) :
  total = 0
  for x in xs :
    if x > n :
      total += 1
  return total`,
    javascript: `function count_above ( xs , n ) {
  let total = 0
  for ( const x of xs ) {
    if ( x > n ) {
      total += 1
    }
  }
  return total
}`,
  },
  {
    name: "evens",
    takes: ["naturals"],
    twin: (xs: number[]) => xs.filter((x) => x % 2 === 0),
    python: `def evens ( xs ) :
  result = [ ]
  for x in xs :
    if x % 2 == 0 :
      result . append ( x )
  return result`,
    javascript: `function evens ( xs ) {
  const result = [ ]
  for ( const x of xs ) {
    if ( x % 2 === 0 ) {
      result . push ( x )
    }
  }
  return result
}`,
  },
  {
    name: "factorial",
    takes: ["natural"],
    twin: (n: number) => Array.from({ length: n }, (_, i) => i + 1).reduce((total, i) => total * i, 1),
    python: `def factorial ( n ) :
  result = 1
  for i in range ( 1 , n + 1 ) :
    result *= i
  return result`,
    javascript: `function factorial ( n ) {
  let result = 1
  for ( let i = 1 ; i <= n ; i += 1 ) {
    result *= i
  }
  return result
}`,
  },
  {
    name: "fibonacci",
    takes: ["natural"],
    twin: (n: number) => [0, 1, 1, 2, 3, 5, 8, 13, 21, 34][n],
    python: `def fibonacci ( n ) :
  a = 0
  b = 1
  for i in range ( n ) :
    c = a + b
    a = b
    b = c
  return a`,
    javascript: `function fibonacci ( n ) {
  let a = 0
  let b = 1
  for ( let i = 0 ; i < n ; i += 1 ) {
    const c = a + b
    a = b
    b = c
  }
  return a
}`,
  },
  {
    name: "divisor",
    takes: ["size", "size"],
    twin: (a: number, b: number) => {
      let large = Math.min(a, b);
      while (a % large !== 0 || b % large !== 0) large--;
      return large;
    },
    python: `def divisor ( a , b ) :
  while b > 0 :
    c = a % b
    a = b
    b = c
  return a`,
    javascript: `function divisor ( a , b ) {
  while ( b > 0 ) {
    const c = a % b
    a = b
    b = c
  }
  return a
}`,
  },
  {
    name: "clamp",
    takes: ["signed", "natural", "size"],
    twin: (x: number, a: number, b: number) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      return Math.min(Math.max(x, low), high);
    },
    python: `def clamp ( x , a , b ) :
  low = min ( a , b )
  high = max ( a , b )
  if x < low :
    return low
  if x > high :
    return high
  return x`,
    javascript: `function clamp ( x , a , b ) {
  const low = Math . min ( a , b )
  const high = Math . max ( a , b )
  if ( x < low ) {
    return low
  }
  if ( x > high ) {
    return high
  }
  return x
}`,
  },
  {
    name: "index_of",
    takes: ["naturals", "natural"],
    twin: (xs: number[], x: number) => xs.indexOf(x),
    python: `def index_of ( xs , x ) :
  for i in range ( len ( xs ) ) :
    if xs [ i ] == x :
      return i
  return 0 - 1`,
    javascript: `function index_of ( xs , x ) {
  for ( let i = 0 ; i < xs . length ; i += 1 ) {
    if ( xs [ i ] === x ) {
      return i
    }
  }
  return 0 - 1
}`,
  },
];

/** Every function whose bugs the task `repair` is made of. */
export const REPAIR_TEMPLATES: readonly RepairTemplate[] = [...FIRST, ...MORE_TEMPLATES];
