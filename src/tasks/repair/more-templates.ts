import type { RepairTemplate } from "./templates.ts";

export const MORE_TEMPLATES: readonly RepairTemplate[] = [
  {
    name: "is_prime",
    takes: ["natural"],
    twin: (n: number) => [2, 3, 5, 7].includes(n),
    python: `def is_prime ( n ) :
  if n < 2 :
    return False
  for i in range ( 2 , n ) :
    if n % i == 0 :
      return False
  return True`,
    javascript: `function is_prime ( n ) {
  if ( n < 2 ) {
    return false
  }
  for ( let i = 2 ; i < n ; i += 1 ) {
    if ( n % i === 0 ) {
      return false
    }
  }
  return true
}`,
  },
  {
    name: "vowels",
    takes: ["word"],
    twin: (word: string) => word.split("").filter((c) => "aeiou".includes(c)).length,
    python: `def vowels ( word ) :
  total = 0
  for c in word :
    if c in "aeiou" :
      total += 1
  return total`,
    javascript: `function vowels ( word ) {
  let total = 0
  for ( const c of word ) {
    if ( "aeiou" . includes ( c ) ) {
      total += 1
    }
  }
  return total
}`,
  },
  {
    name: "palindrome",
    takes: ["word"],
    twin: (word: string) => word === word.split("").toReversed().join(""),
    python: `def palindrome ( word ) :
  low = 0
  high = len ( word ) - 1
  while low < high :
    if word [ low ] != word [ high ] :
      return False
    low += 1
    high -= 1
  return True`,
    javascript: `function palindrome ( word ) {
  let low = 0
  let high = word . length - 1
  while ( low < high ) {
    if ( word [ low ] !== word [ high ] ) {
      return false
    }
    low += 1
    high -= 1
  }
  return true
}`,
  },
  {
    name: "pair_sums",
    takes: ["naturals"],
    twin: (xs: number[]) => xs.slice(1).map((x, i) => x + xs[i]!),
    python: `def pair_sums ( xs ) :
  result = [ ]
  for i in range ( 1 , len ( xs ) ) :
    result . append ( xs [ i ] + xs [ i - 1 ] )
  return result`,
    javascript: `function pair_sums ( xs ) {
  const result = [ ]
  for ( let i = 1 ; i < xs . length ; i += 1 ) {
    result . push ( xs [ i ] + xs [ i - 1 ] )
  }
  return result
}`,
  },
  {
    name: "running",
    takes: ["signeds"],
    twin: (xs: number[]) => xs.map((_, i) => xs.slice(0, i + 1).reduce((total, x) => total + x, 0)),
    python: `def running ( xs ) :
  result = [ ]
  total = 0
  for x in xs :
    total += x
    result . append ( total )
  return result`,
    javascript: `function running ( xs ) {
  const result = [ ]
  let total = 0
  for ( const x of xs ) {
    total += x
    result . push ( total )
  }
  return result
}`,
  },
  {
    name: "dot",
    takes: ["naturals", "naturals"],
    twin: (xs: number[], ys: number[]) => xs.slice(0, ys.length).reduce((total, x, i) => total + x * ys[i]!, 0),
    python: `def dot ( xs , ys ) :
  n = min ( len ( xs ) , len ( ys ) )
  total = 0
  for i in range ( n ) :
    total += xs [ i ] * ys [ i ]
  return total`,
    javascript: `function dot ( xs , ys ) {
  const n = Math . min ( xs . length , ys . length )
  let total = 0
  for ( let i = 0 ; i < n ; i += 1 ) {
    total += xs [ i ] * ys [ i ]
  }
  return total
}`,
  },
  {
    name: "widest",
    takes: ["naturals"],
    twin: (xs: number[]) => Math.max(0, ...xs.slice(1).map((x, i) => x - xs[i]!)),
    python: `def widest ( xs ) :
  best = 0
  for i in range ( 1 , len ( xs ) ) :
    gap = xs [ i ] - xs [ i - 1 ]
    if gap > best :
      best = gap
  return best`,
    javascript: `function widest ( xs ) {
  let best = 0
  for ( let i = 1 ; i < xs . length ; i += 1 ) {
    const gap = xs [ i ] - xs [ i - 1 ]
    if ( gap > best ) {
      best = gap
    }
  }
  return best
}`,
  },
  {
    name: "is_leap",
    takes: ["year"],
    twin: (n: number) => (n % 4 === 0 && n % 100 !== 0) || n % 400 === 0,
    python: `def is_leap ( n ) :
  if n % 400 == 0 :
    return True
  if n % 100 == 0 :
    return False
  return n % 4 == 0`,
    javascript: `function is_leap ( n ) {
  if ( n % 400 === 0 ) {
    return true
  }
  if ( n % 100 === 0 ) {
    return false
  }
  return n % 4 === 0
}`,
  },
  {
    name: "pairs_of",
    takes: ["naturals", "size"],
    twin: (xs: number[], n: number) =>
      xs.reduce((total, x, i) => total + xs.slice(i + 1).filter((y) => x + y === n).length, 0),
    python: `def pairs_of ( xs , n ) :
  total = 0
  for i in range ( len ( xs ) ) :
    for j in range ( i + 1 , len ( xs ) ) :
      if xs [ i ] + xs [ j ] == n :
        total += 1
  return total`,
    javascript: `function pairs_of ( xs , n ) {
  let total = 0
  for ( let i = 0 ; i < xs . length ; i += 1 ) {
    for ( let j = i + 1 ; j < xs . length ; j += 1 ) {
      if ( xs [ i ] + xs [ j ] === n ) {
        total += 1
      }
    }
  }
  return total
}`,
  },
  {
    name: "shape_of",
    takes: ["size", "size", "size"],
    twin: (a: number, b: number, c: number) => {
      if (a + b <= c || b + c <= a || a + c <= b) return 0;
      return 4 - new Set([a, b, c]).size;
    },
    python: `def shape_of ( a , b , c ) :
  if a + b <= c or b + c <= a or a + c <= b :
    return 0
  if a == b and b == c :
    return 3
  if a == b or b == c or a == c :
    return 2
  return 1`,
    javascript: `function shape_of ( a , b , c ) {
  if ( a + b <= c || b + c <= a || a + c <= b ) {
    return 0
  }
  if ( a === b && b === c ) {
    return 3
  }
  if ( a === b || b === c || a === c ) {
    return 2
  }
  return 1
}`,
  },
  {
    name: "in_range",
    takes: ["naturals", "natural", "size"],
    twin: (xs: number[], a: number, b: number) => xs.filter((x) => x >= a && x < b),
    python: `def in_range ( xs , a , b ) :
  result = [ ]
  for x in xs :
    if x >= a and x < b :
      result . append ( x )
  return result`,
    javascript: `function in_range ( xs , a , b ) {
  const result = [ ]
  for ( const x of xs ) {
    if ( x >= a && x < b ) {
      result . push ( x )
    }
  }
  return result
}`,
  },
  {
    name: "longest_run",
    takes: ["naturals"],
    twin: (xs: number[]) =>
      Math.max(...xs.map((x, i) => xs.slice(i).findIndex((y) => y !== x)).map((n, i) => (n < 0 ? xs.length - i : n))),
    python: `def longest_run ( xs ) :
  best = 1
  n = 1
  for i in range ( 1 , len ( xs ) ) :
    if xs [ i ] == xs [ i - 1 ] :
      n += 1
    else :
      n = 1
    best = max ( best , n )
  return best`,
    javascript: `function longest_run ( xs ) {
  let best = 1
  let n = 1
  for ( let i = 1 ; i < xs . length ; i += 1 ) {
    if ( xs [ i ] === xs [ i - 1 ] ) {
      n += 1
    } else {
      n = 1
    }
    best = Math . max ( best , n )
  }
  return best
}`,
  },
];
