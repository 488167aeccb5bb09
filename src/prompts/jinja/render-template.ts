import { applyFilter, applyTest } from "./filters.ts";
import { itemOf, memberOf, sliceOf } from "./member.ts";
import type { Applied, Argument, Expression, JinjaNode, LoopNode, MacroNode } from "./nodes.ts";
import { binary, compares } from "./operators.ts";
import { BUILT_IN } from "./built-in.ts";
import { parseTemplate } from "./parse-template.ts";
import { printed } from "./print-value.ts";
import { assign, bound, loopFields, Scope } from "./scope.ts";
import {
  Callable,
  callable,
  isDict,
  isNumber,
  isTrue,
  iterate,
  keyOf,
  Loop,
  numeric,
  PythonFloat,
  Tuple,
  typeName,
  Undefined,
  type CallArguments,
  type JinjaValue,
} from "./values.ts";

/** Thrown for a template that writes more than it may. */
export class TooLong extends Error {
  constructor(readonly characters: number) {
    super(`${characters} characters`);
  }
}

/**
 * Writes a template of Jinja as transformers does: without escapes, with `trim_blocks` and `lstrip_blocks`, and with
 * nothing that changes lists or reaches other objects.
 *
 * @param globals names that the template finds, as values of a template
 * @throws Error where the text is no template or fails; TooLong
 */
export function renderTemplate(
  source: string,
  globals: ReadonlyMap<string, JinjaValue>,
  mostCharacters: number,
): string {
  const out = new Output(mostCharacters);
  new Renderer(out).body(parseTemplate(source), new Scope(null, new Map([...BUILT_IN, ...globals])));
  return out.text;
}

class Output {
  text = "";

  constructor(readonly most: number) {}

  write(text: string): void {
    const characters = this.text.length + text.length;
    if (characters > this.most) throw new TooLong(characters);
    this.text += text;
  }
}

type Signal = "break" | "continue" | undefined;

class Renderer {
  constructor(private readonly out: Output) {}

  body(nodes: readonly JinjaNode[], scope: Scope): Signal {
    for (const node of nodes) {
      const signal = this.node(node, scope);
      if (signal !== undefined) return signal;
    }
    return undefined;
  }

  private node(node: JinjaNode, scope: Scope): Signal {
    switch (node.type) {
      case "text":
        this.out.write(node.text);
        return undefined;
      case "print":
        this.out.write(printed(this.value(node.value, scope)));
        return undefined;
      case "if":
        return this.body(isTrue(this.value(node.test, scope)) ? node.body : node.otherwise, scope);
      case "for":
        return this.loop(node, scope);
      case "break":
      case "continue":
        return node.type;
      case "scope":
        return this.body(node.body, new Scope(scope));
      case "with": {
        const inner = new Scope(scope);
        for (const [target, value] of node.targets) assign(target, this.value(value, scope), inner);
        return this.body(node.body, inner);
      }
      case "set":
      case "set-block":
      case "filter-block":
      case "macro":
      case "call-block":
        return this.definition(node, scope);
    }
  }

  private definition(
    node: Exclude<JinjaNode, { type: "text" | "print" | "if" | "for" | "break" | "continue" | "scope" | "with" }>,
    scope: Scope,
  ): undefined {
    switch (node.type) {
      case "set":
        assign(node.target, this.value(node.value, scope), scope);
        break;
      case "set-block":
        assign(node.target, this.filtered(node.filters, this.captured(node.body, new Scope(scope)), scope), scope);
        break;
      case "filter-block":
        this.out.write(printed(this.filtered(node.filters, this.captured(node.body, new Scope(scope)), scope)));
        break;
      case "macro":
        scope.set(node.name, this.macro(node, scope));
        break;
      case "call-block": {
        const { call } = node;
        if (call.type !== "call") throw new Error("expected call");
        const caller = {
          kind: "named",
          name: "caller",
          value: { type: "constant", value: this.macro(node.macro, scope) },
        };
        const given = [...call.given, caller as Argument];
        this.out.write(printed(this.value({ ...call, given }, scope)));
      }
    }
    return undefined;
  }

  /** What nodes write, as a text. */
  private captured(nodes: readonly JinjaNode[], scope: Scope): string {
    const out = new Output(this.out.most);
    new Renderer(out).body(nodes, scope);
    return out.text;
  }

  private filtered(filters: readonly Applied[], text: string, scope: Scope): JinjaValue {
    return filters.reduce(
      (value: JinjaValue, { name, given }) => applyFilter(name, value, this.given(given, scope)),
      text,
    );
  }

  private loop(node: LoopNode, scope: Scope, over?: JinjaValue, depth: number = 1): Signal {
    const all = iterate(over ?? this.value(node.over, scope));
    const { test } = node;
    const items = test === null ? all : all.filter((item) => isTrue(this.value(test, bound(node.target, item, scope))));
    const again = node.recursive
      ? callable("loop", (inner) => {
          const out = new Output(this.out.most);
          new Renderer(out).loop(node, scope, inner, depth + 1);
          return out.text;
        })
      : undefined;
    let whole = false;
    const changes: { last: JinjaValue | undefined } = { last: undefined };
    for (const [i, item] of items.entries()) {
      const inner = bound(node.target, item, scope);
      inner.set("loop", new Loop(loopFields(items, i, depth, changes), again));
      const signal = this.body(node.body, inner);
      if (signal === "break") break;
      // In Jinja a round that is left early doesn't count as one.
      whole ||= signal === undefined;
    }
    return !whole ? this.body(node.otherwise, new Scope(scope)) : undefined;
  }

  private macro({ name, parameters, body }: MacroNode, scope: Scope): Callable {
    return new Callable(name, ({ positional, named }) => {
      const inner = new Scope(scope);
      const rest = new Map(named);
      for (const [i, parameter] of parameters.entries()) {
        const given = i < positional.length ? positional[i] : rest.get(parameter.name);
        rest.delete(parameter.name);
        if (given !== undefined) inner.set(parameter.name, given);
        else if (parameter.otherwise === null) inner.set(parameter.name, new Undefined(parameter.name));
        else inner.set(parameter.name, this.value(parameter.otherwise, inner));
      }
      if (!parameters.some((parameter) => parameter.name === "caller")) {
        inner.set("caller", rest.get("caller") ?? new Undefined("No caller defined"));
        rest.delete("caller");
      }
      checkLeftOver(name, positional.slice(parameters.length), rest, body);
      inner.set("varargs", new Tuple(positional.slice(parameters.length)));
      inner.set("kwargs", rest as ReadonlyMap<JinjaValue, JinjaValue>);
      return this.captured(body, inner);
    });
  }

  value(expression: Expression, scope: Scope): JinjaValue {
    switch (expression.type) {
      case "constant":
        return expression.value;
      case "name":
        return scope.get(expression.name);
      case "list":
        return expression.items.map((item) => this.value(item, scope));
      case "tuple":
        return new Tuple(expression.items.map((item) => this.value(item, scope)));
      case "dict":
        return new Map(
          expression.entries.map(([key, item]) => [keyOf(this.value(key, scope)), this.value(item, scope)] as const),
        );
      case "member":
        return memberOf(this.value(expression.object, scope), expression.name);
      case "item":
        return itemOf(this.value(expression.object, scope), this.value(expression.key, scope));
      case "slice":
        return sliceOf(
          this.value(expression.object, scope),
          expression.bounds.map((bound) => (bound === null ? undefined : this.value(bound, scope))),
        );
      case "call":
      case "unary":
      case "binary":
      case "compare":
      case "filter":
      case "test":
      case "choice":
        return this.operation(expression, scope);
    }
  }

  private operation(
    expression: Exclude<
      Expression,
      { type: "constant" | "name" | "list" | "tuple" | "dict" | "member" | "item" | "slice" }
    >,
    scope: Scope,
  ): JinjaValue {
    const at = (inner: Expression): JinjaValue => this.value(inner, scope);
    switch (expression.type) {
      case "call":
        return called(at(expression.callee), this.given(expression.given, scope));
      case "unary":
        return unary(expression.operator, at(expression.operand));
      case "binary": {
        const left = at(expression.left);
        if (expression.operator === "and") return isTrue(left) ? at(expression.right) : left;
        if (expression.operator === "or") return isTrue(left) ? left : at(expression.right);
        return binary(expression.operator, left, at(expression.right));
      }
      case "compare": {
        let left = at(expression.first);
        for (const [operator, side] of expression.rest) {
          const right = at(side);
          if (!compares(operator, left, right)) return false;
          left = right;
        }
        return true;
      }
      case "filter":
        return applyFilter(expression.filter.name, at(expression.operand), this.given(expression.filter.given, scope));
      case "test": {
        const [other = null] = this.given(expression.test.given, scope).positional;
        return applyTest(expression.test.name, at(expression.operand), other) !== expression.negated;
      }
      case "choice":
        if (isTrue(at(expression.test))) return at(expression.then);
        return expression.otherwise === null ? new Undefined("else") : at(expression.otherwise);
    }
  }

  private given(given: readonly Argument[], scope: Scope): CallArguments {
    const positional: JinjaValue[] = [];
    const named = new Map<string, JinjaValue>();
    for (const { kind, name, value } of given) {
      const one = this.value(value, scope);
      if (kind === "positional") positional.push(one);
      else if (kind === "named") named.set(name, one);
      else if (kind === "spread") positional.push(...iterate(one));
      else if (isDict(one)) for (const [key, item] of one) named.set(printed(key), item);
      else throw new Error(`argument after ** must be a mapping, not ${typeName(one)}`);
    }
    return { positional, named };
  }
}

function checkLeftOver(
  name: string,
  positional: readonly JinjaValue[],
  named: ReadonlyMap<string, JinjaValue>,
  body: readonly JinjaNode[],
): void {
  if (positional.length === 0 && named.size === 0) return;
  const source = JSON.stringify(body);
  const [key] = named.keys();
  if (positional.length > 0 && !source.includes('"varargs"')) throw new Error(`macro '${name}' takes fewer arguments`);
  if (key !== undefined && !source.includes('"kwargs"'))
    throw new Error(`macro '${name}' takes no keyword argument '${key}'`);
}

function called(callee: JinjaValue, given: CallArguments): JinjaValue {
  if (callee instanceof Undefined) return callee.fail();
  if (callee instanceof Loop && callee.again !== undefined) return callee.again.call(given);
  if (callee instanceof Callable) return callee.call(given);
  throw new Error(`'${typeName(callee)}' object is not callable`);
}

function unary(operator: "not" | "-" | "+", value: JinjaValue): JinjaValue {
  if (operator === "not") return !isTrue(value);
  if (!isNumber(value)) throw new Error(`bad operand type for unary ${operator}: '${typeName(value)}'`);
  const number = operator === "-" ? -numeric(value) : numeric(value);
  return value instanceof PythonFloat ? new PythonFloat(number) : number + 0;
}
