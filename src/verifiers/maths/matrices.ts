import { WIDEST_MATRIX, type Budget } from "./limits.ts";
import { holds, type MathNode } from "./node.ts";

type Rows = readonly (readonly MathNode[])[];

export function holdsMatrix(node: MathNode): boolean {
  return holds(node, ({ kind }) => kind === "matrix");
}

/** The elements of what is computed with matrices: sums, products, multiples, powers; null where it is no matrix. */
export function matrixOf(node: MathNode, budget: Budget): Rows | null {
  budget.spend();
  if (node.kind === "matrix") return node.rows;
  if (node.kind === "negative")
    return multiple(matrixOf(node.of, budget), { kind: "number", value: { over: -1n, under: 1n }, decimals: 0 });
  if (node.kind === "sum")
    return node.terms.map((term) => matrixOf(term, budget)).reduce((a, b) => total(a, b, budget));
  if (node.kind === "product") return productOf(node.factors, budget);
  if (node.kind === "quotient") {
    const one: MathNode = { kind: "number", value: { over: 1n, under: 1n }, decimals: 0 };
    return multiple(matrixOf(node.over, budget), { kind: "quotient", over: one, under: node.under });
  }
  if (node.kind === "power") return powerOf(matrixOf(node.base, budget), node.exponent, budget);
  return null;
}

/** [[1, 2], [3, 4]]: rows in brackets; null for anything else. */
export function rowsInBrackets(node: MathNode): Rows | null {
  const itemsOf = (of: MathNode): readonly MathNode[] | null => {
    if (of.kind === "interval") return of.openFrom || of.openTo ? null : [of.from, of.to];
    return of.kind === "tuple" ? of.items : null;
  };
  const rows = itemsOf(node)?.map(itemsOf) ?? [null];
  return rows.includes(null) || new Set(rows.map((row) => row!.length)).size !== 1 ? null : (rows as Rows);
}

/** The determinant as an expression; null where it isn't small and square. */
export function determinant(rows: Rows): MathNode | null {
  if (rows.length !== rows[0]?.length || rows.length > 4) return null;
  if (rows.length === 1) return rows[0]![0]!;
  const terms = rows[0]!.map((first, column): MathNode | null => {
    const minor = determinant(rows.slice(1).map((row) => row.filter((_, other) => other !== column)));
    if (minor === null) return null;
    const term: MathNode = { kind: "product", factors: [first, minor] };
    return column % 2 === 0 ? term : { kind: "negative", of: term };
  });
  return terms.includes(null) ? null : { kind: "sum", terms: terms as MathNode[] };
}

function multiple(rows: Rows | null, by: MathNode): Rows | null {
  return rows?.map((row) => row.map((element): MathNode => ({ kind: "product", factors: [by, element] }))) ?? null;
}

function total(a: Rows | null, b: Rows | null, budget: Budget): Rows | null {
  if (a === null || b === null || a.length !== b.length || a[0]!.length !== b[0]!.length) return null;
  budget.spend(a.length * a[0]!.length);
  return a.map((row, i) => row.map((element, j): MathNode => ({ kind: "sum", terms: [element, b[i]![j]!] })));
}

function productOf(factors: readonly MathNode[], budget: Budget): Rows | null {
  let result: Rows | null = null;
  const scalars: MathNode[] = [];
  for (const factor of factors) {
    const rows = holdsMatrix(factor) ? matrixOf(factor, budget) : null;
    if (rows === null && holdsMatrix(factor)) return null;
    if (rows === null) scalars.push(factor);
    else result = result === null ? rows : times(result, rows, budget);
    if (rows !== null && result === null) return null;
  }
  return scalars.reduce<Rows | null>(multiple, result);
}

function times(a: Rows, b: Rows, budget: Budget): Rows | null {
  if (a[0]!.length !== b.length || a.length > WIDEST_MATRIX) return null;
  budget.spend(a.length * b.length * b[0]!.length);
  return a.map((row) =>
    b[0]!.map((_, j): MathNode => ({
      kind: "sum",
      terms: row.map((element, k): MathNode => ({ kind: "product", factors: [element, b[k]![j]!] })),
    })),
  );
}

function powerOf(rows: Rows | null, exponent: MathNode, budget: Budget): Rows | null {
  if (rows === null) return null;
  if (exponent.kind === "symbol" && exponent.name === "T") return rows[0]!.map((_, j) => rows.map((row) => row[j]!));
  if (exponent.kind !== "number" || exponent.value.under !== 1n) return null;
  const times_ = Number(exponent.value.over);
  if (times_ < 1 || times_ > 3) return null;
  let result: Rows | null = rows;
  for (let i = 1; i < times_ && result !== null; i++) result = times(result, rows, budget);
  return result;
}
