import type { JinjaValue } from "./values.ts";

export interface Argument {
  readonly kind: "positional" | "named" | "spread" | "spread-named";
  readonly name: string;
  readonly value: Expression;
}

/** A filter or a test with what it is given. */
export interface Applied {
  readonly name: string;
  readonly given: readonly Argument[];
}

export type Expression =
  | { readonly type: "constant"; readonly value: JinjaValue }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "list" | "tuple"; readonly items: readonly Expression[] }
  | { readonly type: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly type: "member"; readonly object: Expression; readonly name: string }
  | { readonly type: "item"; readonly object: Expression; readonly key: Expression }
  | { readonly type: "slice"; readonly object: Expression; readonly bounds: readonly (Expression | null)[] }
  | { readonly type: "call"; readonly callee: Expression; readonly given: readonly Argument[] }
  | { readonly type: "unary"; readonly operator: "not" | "-" | "+"; readonly operand: Expression }
  | { readonly type: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: "compare"; readonly first: Expression; readonly rest: readonly (readonly [string, Expression])[] }
  | { readonly type: "filter"; readonly operand: Expression; readonly filter: Applied }
  | { readonly type: "test"; readonly operand: Expression; readonly test: Applied; readonly negated: boolean }
  | {
      readonly type: "choice";
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression | null;
    };

/** A parameter of a macro. */
export interface Parameter {
  readonly name: string;
  readonly otherwise: Expression | null;
}

export type Target = Extract<Expression, { type: "name" | "tuple" | "list" | "member" }>;

export interface MacroNode {
  readonly type: "macro";
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly JinjaNode[];
}

export interface LoopNode {
  readonly type: "for";
  readonly target: Target;
  readonly over: Expression;
  readonly test: Expression | null;
  readonly recursive: boolean;
  readonly body: readonly JinjaNode[];
  readonly otherwise: readonly JinjaNode[];
}

export type JinjaNode =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "print"; readonly value: Expression }
  | {
      readonly type: "if";
      readonly test: Expression;
      readonly body: readonly JinjaNode[];
      readonly otherwise: readonly JinjaNode[];
    }
  | LoopNode
  | { readonly type: "set"; readonly target: Target; readonly value: Expression }
  | {
      readonly type: "set-block";
      readonly target: Target;
      readonly filters: readonly Applied[];
      readonly body: readonly JinjaNode[];
    }
  | {
      readonly type: "with";
      readonly targets: readonly (readonly [Target, Expression])[];
      readonly body: readonly JinjaNode[];
    }
  | { readonly type: "filter-block"; readonly filters: readonly Applied[]; readonly body: readonly JinjaNode[] }
  | { readonly type: "call-block"; readonly call: Expression; readonly macro: MacroNode }
  | { readonly type: "scope"; readonly body: readonly JinjaNode[] }
  | MacroNode
  | { readonly type: "break" | "continue" };
