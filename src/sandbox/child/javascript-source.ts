import { VALUE_LIMITS } from "./limits.ts";

/** What JavaScript finds in both processes: a console, input and output as Node's, `require` for a few names. */
export const JAVASCRIPT_HOST: string = String.raw`
"use strict";
(() => {
  const write = globalThis.__write, stdin = globalThis.__stdin;
  delete globalThis.__write; delete globalThis.__stdin;
  const quoted = (text) => text.includes("'") ? JSON.stringify(text) : "'" + JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"') + "'";
  const show = (value, depth = 0) => {
    if (typeof value === "string") return depth === 0 ? value : quoted(value);
    if (typeof value === "bigint") return value + "n";
    if (typeof value === "function") return "[Function: " + value.name + "]";
    if (typeof value !== "object" || value === null || depth > 4) return String(value);
    if (Array.isArray(value)) return value.length === 0 ? "[]" : "[ " + value.map((item) => show(item, depth + 1)).join(", ") + " ]";
    if (value instanceof Error) return String(value.stack ?? value);
    const entries = Object.entries(value).map(([key, item]) => key + ": " + show(item, depth + 1));
    return entries.length === 0 ? "{}" : "{ " + entries.join(", ") + " }";
  };
  const forms = { s: (value) => show(value), d: (value) => String(Number(value)), i: (value) => String(parseInt(value, 10)), f: (value) => String(parseFloat(value)), j: (value) => JSON.stringify(value), o: (value) => show(value, 1), O: (value) => show(value, 1) };
  const filled = ([first, ...values]) => {
    if (typeof first !== "string" || values.length === 0) return [first, ...values];
    const text = first.replace(/%([sdifjoO%])/g, (whole, form) => form === "%" ? "%" : values.length === 0 ? whole : forms[form](values.shift()));
    return [text, ...values];
  };
  const line = (...values) => write((values.length === 0 ? [] : filled(values)).map((value) => show(value)).join(" ") + "\n");
  const drop = () => {};
  globalThis.console = { log: line, info: line, debug: line, error: drop, warn: drop, trace: drop, table: line, assert: drop };
  globalThis.print = line;
  // Time goes on from one timer to the next, and nobody waits for it.
  const waiting = [];
  let exited = false, now = 0, timers = 0;
  const later = (call, milliseconds, every) => {
    const at = now + Math.max(every === undefined ? 0 : 1, Number(milliseconds) || 0);
    waiting.push({ id: ++timers, at, call, every });
    return timers;
  };
  const forget = (id) => { const place = waiting.findIndex((each) => each.id === id); if (place >= 0) waiting.splice(place, 1); };
  globalThis.setTimeout = (call, milliseconds, ...parameters) => later(() => call(...parameters), Math.max(1, Number(milliseconds) || 0));
  globalThis.setImmediate = (call, ...parameters) => later(() => call(...parameters), 0);
  globalThis.setInterval = (call, milliseconds, ...parameters) => later(() => call(...parameters), milliseconds, Math.max(1, Number(milliseconds) || 0));
  globalThis.clearTimeout = globalThis.clearInterval = globalThis.clearImmediate = forget;
  globalThis.queueMicrotask = (call) => { Promise.resolve().then(call); };
  const listeners = {};
  const input = {
    fd: 0, setEncoding: drop, resume: drop, pause: drop, unref: drop,
    on(name, call) { (listeners[name] ??= []).push(call); return input; },
    once(name, call) { return input.on(name, call); },
    [Symbol.asyncIterator]: async function* () { yield stdin; },
  };
  class Exit { constructor(code) { this.code = code; } }
  globalThis.__Exit = Exit;
  globalThis.process = {
    stdin: input, stdout: { write: (text) => { write(String(text)); return true; } }, stderr: { write: () => true },
    argv: ["node", "answer.js"], env: {}, platform: "linux", exitCode: 0,
    exit(code) { exited = true; throw new Exit(code ?? globalThis.process.exitCode); },
    on: drop, nextTick: (call, ...parameters) => { Promise.resolve().then(() => call(...parameters)); },
    hrtime: Object.assign(() => [0, 0], { bigint: () => 0n }), memoryUsage: () => ({ heapUsed: 0 }),
  };
  const own = globalThis.process;
  globalThis.__exitCode = () => exited ? 0 : Number(own.exitCode) || 0;
  const rows = () => { const all = stdin.split(/\r?\n/); if (all[all.length - 1] === "") all.pop(); return all; };
  let next = 0;
  globalThis.readline = () => rows()[next++] ?? null;
  const openLines = () => {
    const heard = {};
    const reader = {
      on(name, call) { heard[name] = call; return reader; }, close: drop, setPrompt: drop, prompt: drop,
      question(_text, call) { later(() => call(rows()[next++] ?? ""), 0); },
      [Symbol.asyncIterator]: async function* () { yield* rows(); },
    };
    later(() => { if (heard.line) for (const row of rows()) heard.line(row); heard.close?.(); }, 0);
    return reader;
  };
  const files = { readFileSync: (path, how) => {
    if (path !== 0 && path !== "/dev/stdin") throw new Error("ENOENT: no such file or directory");
    return how === undefined ? { toString: () => stdin, trim: () => stdin.trim(), split: (by) => stdin.split(by) } : stdin;
  }, writeFileSync: (path, text) => {
    if (path !== 1 && path !== "/dev/stdout") throw new Error("EACCES: permission denied");
    write(String(text));
  }, writeSync: (_fd, text) => write(String(text)) };
  const main = {};
  const modules = { fs: files, readline: { createInterface: openLines } };
  globalThis.require = (name) => {
    const found = modules[name.replace(/^node:/, "")];
    if (found === undefined) throw new Error("Cannot find module '" + name + "'");
    return found;
  };
  globalThis.module = main;
  main.exports = {};
  globalThis.require.main = main;
  globalThis.exports = globalThis.module.exports;
  globalThis.__modules = modules;
  globalThis.__turn = () => {
    if (exited) return false;
    if (listeners.data || listeners.end || listeners.readable) {
      const { data = [], end = [], close = [] } = listeners;
      for (const name of Object.keys(listeners)) delete listeners[name];
      if (stdin !== "") for (const call of data) call(stdin);
      for (const call of [...end, ...close]) call();
      return true;
    }
    const first = waiting.reduce((best, each) => best === undefined || each.at < best.at ? each : best, undefined);
    if (first === undefined) return false;
    now = Math.max(now, first.at);
    if (first.every === undefined) forget(first.id);
    else {
      waiting.push(...waiting.splice(waiting.indexOf(first), 1));
      first.at = now + first.every;
    }
    first.call();
    return true;
  };
})();
`;

/** Values to and from what is sent (plain-value.ts). */
export const JAVASCRIPT_VALUES: string = String.raw`
"use strict";
(() => {
  const MOST_DEPTH = ${VALUE_LIMITS.depth}, MOST_ITEMS = ${VALUE_LIMITS.items};
  const MOST_ITERATED = ${VALUE_LIMITS.iterated}, MOST_CHARACTERS = ${VALUE_LIMITS.characters};
  class NotPlain extends Error {}
  const big = (value) => (value < 0n ? "-0x" + (-value).toString(16) : "0x" + value.toString(16));
  const encoder = () => {
    let items = 0, characters = 0;
    const count = (more) => {
      items++; characters += more;
      if (items > MOST_ITEMS || characters > MOST_CHARACTERS) throw new NotPlain("a value that is too large");
    };
    const encode = (value, depth) => {
      if (depth > MOST_DEPTH) throw new NotPlain("a value that is nested too deeply");
      const kind = typeof value;
      if (value === null || kind === "boolean") { count(4); return value; }
      if (kind === "string") { count(value.length); return value; }
      if (kind === "number") { count(24); return ["f", Object.is(value, -0) ? "-0" : String(value)]; }
      if (kind === "bigint") { const text = big(value); count(text.length); return ["i", text]; }
      if (kind === "undefined") { count(4); return ["u"]; }
      if (kind !== "object") throw new NotPlain("a value of the type " + kind);
      count(4);
      const made = Object.getPrototypeOf(value);
      if (Array.isArray(value)) { const all = []; for (let i = 0; i < value.length; i++) all.push(encode(value[i], depth + 1)); return ["l", all]; }
      if (made === Set.prototype) return ["s", [...value].map((item) => encode(item, depth + 1))];
      if (made === Map.prototype) return ["m", [...value].map(([key, item]) => [encode(key, depth + 1), encode(item, depth + 1)])];
      if (made === Object.prototype || made === null)
        return ["d", Object.keys(value).map((key) => [encode(key, depth + 1), encode(value[key], depth + 1)])];
      if (typeof value.next === "function" && typeof value[Symbol.iterator] === "function") {
        const all = [];
        for (const item of value) {
          if (all.length >= MOST_ITERATED) throw new NotPlain("an iterator without an end in sight");
          all.push(encode(item, depth + 1));
        }
        return ["g", all];
      }
      throw new NotPlain("a value of the type " + (made?.constructor?.name ?? kind));
    };
    return (value) => encode(value, 0);
  };
  const decode = (value) => {
    if (!Array.isArray(value)) return value;
    const [tag, parts] = value;
    switch (tag) {
      case "i": return parts.startsWith("-") ? -BigInt(parts.slice(1)) : BigInt(parts);
      case "f": return Number(parts);
      case "u": return undefined;
      case "p": return Promise.resolve(decode(parts));
      case "s": return new Set(parts.map(decode));
      case "m": return new Map(parts.map(([key, item]) => [decode(key), decode(item)]));
      case "d": return Object.fromEntries(parts.map(([key, item]) => [decode(key), decode(item)]));
      case "g": return parts.map(decode)[Symbol.iterator]();
      default: return parts.map(decode);
    }
  };
  globalThis.__plain = { encoder, decode, NotPlain };
})();
`;

/** Runs an answer; what it gives is a line of JSON. */
export const JAVASCRIPT_ANSWER: string = String.raw`
"use strict";
(() => {
  const { encoder, decode, NotPlain } = globalThis.__plain;
  const Exit = globalThis.__Exit, turn = globalThis.__turn, parse = JSON.parse, text = JSON.stringify;
  const exitCode = globalThis.__exitCode, Kept = Promise, then = Promise.prototype.then, reflect = Reflect.apply;
  const errors = [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, Error];
  for (const name of ["__plain", "__Exit", "__turn", "__modules", "__exitCode"]) delete globalThis[name];
  const short = (error) => { try { return String(error).slice(0, 300); } catch { return "an error"; } };
  const gave = (value, wrap, parameters) => {
    try {
      const encode = encoder(), sent = encode(value);
      if (wrap) return text({ value: ["p", sent] });
      return text(value === undefined ? { value: sent, args: parameters.map((each) => encode(each)) } : { value: sent });
    } catch (error) {
      return error instanceof NotPlain ? text({ bad: "gave " + error.message }) : raised(error);
    }
  };
  const raised = (error, late = false) => {
    const kind = errors.find((each) => error instanceof each)?.name ?? "value";
    let said = [];
    try { said = [encoder()(kind === "value" ? error : String(error.message))]; } catch { /* Told by its text alone. */ }
    return text({ raised: [kind, short(error)], said, late });
  };
  let settled, rejected = "";
  return {
    ended(error) {
      if (!(error instanceof Exit)) return "could not be loaded: " + short(error);
      return error.code ? "ended with the exit code " + error.code : "";
    },
    turn,
    find: (name) => {
      const found = globalThis[name] ?? globalThis.module.exports[name] ?? globalThis.module.exports;
      return typeof found === "function" ? found : undefined;
    },
    call(entry, sent) {
      let value, parameters;
      try { parameters = parse(sent).map(decode); value = entry(...parameters); } catch (error) { return raised(error); }
      if (!(value instanceof Kept)) return gave(value, false, parameters);
      try {
        reflect(then, value, [(found) => { settled = gave(found, true); }, (error) => { settled = raised(error, true); }]);
      } catch (error) { return raised(error); }
    },
    settled: () => settled ?? text({ bad: "gave a promise that it never keeps" }),
    // As Node does, a promise that was refused ends the program.
    watch(value) {
      if (value instanceof Kept) reflect(then, value, [undefined, (error) => { if (!(error instanceof Exit)) rejected = "raised " + short(error); }]);
      return value;
    },
    left: () => rejected || (exitCode() === 0 ? "" : "ended with the exit code " + exitCode()),
  };
})();
`;

/** Runs a test against functions that are called through the host. */
export const JAVASCRIPT_TEST: string = String.raw`
"use strict";
(() => {
  const { encoder, decode, NotPlain } = globalThis.__plain;
  const ask = globalThis.__ask, modules = globalThis.__modules, turn = globalThis.__turn;
  for (const name of ["__plain", "__ask", "__modules", "__turn", "__Exit", "__exitCode"]) delete globalThis[name];
  let calls = 0, last, lastText = "", missed, rejected, open = 0, raisedOnce = "";
  const errors = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };
  class Fault extends Error {}
  class Stopped extends Error {}
  class AssertionError extends Error { get name() { return "AssertionError"; } }
  const remote = (name) => (...parameters) => {
    calls++;
    let sent;
    try { const encode = encoder(); sent = parameters.map((value) => encode(value)); }
    catch (error) { throw new Fault("passes " + error.message); }
    const reply = JSON.parse(ask(JSON.stringify({ call: name, args: sent, keywords: [] })));
    last = undefined;
    if ("value" in reply) {
      (reply.args ?? []).forEach((each, place) => writeBack(parameters[place], decode(each)));
      return decode(reply.value);
    }
    if ("raised" in reply) {
      const [kind, told] = reply.raised, [said] = reply.said.map(decode);
      lastText = told;
      raisedOnce ||= told;
      last = { error: kind === "value" ? said : new (Object.hasOwn(errors, kind) ? errors[kind] : Error)(said) };
      if (reply.late) return Promise.reject(last.error);
      throw last.error;
    }
    throw new Stopped();
  };
  const writeBack = (old, made) => {
    if (typeof old !== "object" || old === null || Object.getPrototypeOf(old) !== Object.getPrototypeOf(made ?? 0)) return;
    if (Array.isArray(old)) { old.length = 0; for (const item of made) old.push(item); }
    else if (old instanceof Set) { old.clear(); for (const item of made) old.add(item); }
    else if (old instanceof Map) { old.clear(); for (const [key, item] of made) old.set(key, item); }
    else { for (const key of Object.keys(old)) delete old[key]; Object.assign(old, made); }
  };
  // Each of one side has a partner of its own on the other.
  const paired = (as, bs, equal) => {
    const rest = [...bs];
    return as.length === rest.length && as.every((a) => {
      const place = rest.findIndex((b) => equal(a, b));
      return place >= 0 && rest.splice(place, 1).length === 1;
    });
  };
  const isObject = (value) => typeof value === "object" && value !== null;
  const same = (a, b, strict) => {
    if (!isObject(a) || !isObject(b)) return Object.is(a, b) || (!strict && !isObject(a) && !isObject(b) && a == b);
    if (a === b) return true;
    if (Array.isArray(a) !== Array.isArray(b) || (Array.isArray(a) && a.length !== b.length)) return false;
    const equal = (one, other) => same(one, other, strict);
    if (a instanceof Set || b instanceof Set) {
      if (!(a instanceof Set && b instanceof Set) || a.size !== b.size) return false;
      return paired([...a].filter((item) => !b.has(item)), [...b].filter((item) => !a.has(item)), equal);
    }
    if (a instanceof Map || b instanceof Map) {
      if (!(a instanceof Map && b instanceof Map) || a.size !== b.size) return false;
      if (![...a].every(([key, item]) => !b.has(key) || equal(item, b.get(key)))) return false;
      return paired([...a].filter(([key]) => !b.has(key)), [...b].filter(([key]) => !a.has(key)), equal);
    }
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
  };
  // What was missed once stays missed: a promise that nobody waits for may swallow it.
  const must = (holds, message) => {
    if (holds) return;
    const error = new AssertionError(typeof message === "string" ? message : "an assertion");
    missed ??= { error };
    throw error;
  };
  const own = (error) => error instanceof Stopped || error instanceof Fault || error instanceof AssertionError;
  const isExpected = (error, expected) => {
    if (expected instanceof RegExp) return expected.test(String(error));
    if (typeof expected === "function") return expected === Error || expected.prototype instanceof Error ? error instanceof expected : expected(error) === true;
    if (!isObject(expected)) return true;
    return Object.keys(expected).every((key) => expected[key] instanceof RegExp ? expected[key].test(String(error?.[key])) : same(error?.[key], expected[key], true));
  };
  const throws = (call, expected) => {
    let error;
    try { call(); } catch (caught) { error = { caught }; }
    must(error !== undefined, "nothing was thrown");
    if (own(error.caught)) throw error.caught;
    must(isExpected(error.caught, expected), "another error was thrown");
  };
  const rejects = async (promise, expected) => {
    let error;
    try { await (typeof promise === "function" ? promise() : promise); } catch (caught) { error = { caught }; }
    throws(() => { if (error !== undefined) throw error.caught; }, expected);
  };
  const assert = Object.assign((holds, message) => must(holds, message), {
    ok: must, equal: (a, b, m) => must(a == b || (a !== a && b !== b), m), notEqual: (a, b, m) => must(a != b, m),
    strictEqual: (a, b, m) => must(Object.is(a, b), m), notStrictEqual: (a, b, m) => must(!Object.is(a, b), m),
    deepEqual: (a, b, m) => must(same(a, b, false), m), deepStrictEqual: (a, b, m) => must(same(a, b, true), m),
    notDeepStrictEqual: (a, b, m) => must(!same(a, b, true), m), notDeepEqual: (a, b, m) => must(!same(a, b, false), m),
    match: (a, b, m) => must(b.test(a), m), doesNotMatch: (a, b, m) => must(!b.test(a), m),
    ifError: (a) => must(a === null || a === undefined, "an error was given"),
    doesNotThrow: (call) => { call(); }, doesNotReject: async (promise) => { await (typeof promise === "function" ? promise() : promise); },
    throws, rejects, fail: (message) => must(false, message), AssertionError,
  });
  const strict = Object.assign((holds, message) => must(holds, message), assert, {
    equal: assert.strictEqual, notEqual: assert.notStrictEqual, deepEqual: assert.deepStrictEqual, notDeepEqual: assert.notDeepStrictEqual,
  });
  assert.strict = strict.strict = strict;
  globalThis.assert = assert;
  console.assert = must;
  modules.assert = assert;
  modules["assert/strict"] = strict;
  const watch = (value) => {
    if (!(value instanceof Promise)) return value;
    open++;
    value.then(() => { open--; }, (error) => { open--; rejected ??= { error }; });
    return value;
  };
  return {
    bind: (name, entry) => { globalThis[name] = remote(entry); },
    turn, watch,
    check: () => { if (calls === 0 && typeof globalThis.check === "function") watch(globalThis.check(globalThis.candidate)); },
    outcome(threw, thrown, handles) {
      const found = threw ? { error: thrown } : rejected ?? missed, failed = found !== undefined, error = found?.error;
      const short = String(error).slice(0, 300);
      // A promise that nobody waits for took it.
      if (!failed && raisedOnce !== "" && !handles) return JSON.stringify({ wrong: "raised " + raisedOnce });
      if (!failed) return JSON.stringify(calls === 0 ? { fault: "the test never calls the answer" } : open > 0 ? { fault: "the test waits for ever" } : { right: true });
      if (error instanceof Stopped) return JSON.stringify({ stopped: true });
      if (error instanceof Fault) return JSON.stringify({ fault: "the test " + error.message });
      if (last !== undefined && error === last.error) return JSON.stringify({ wrong: "raised " + lastText });
      if (calls === 0 || error instanceof SyntaxError || error instanceof ReferenceError) return JSON.stringify({ fault: "the test raised " + short });
      return JSON.stringify({ wrong: error instanceof AssertionError ? "failed: " + error.message.slice(0, 200) : "the test could not use what came: " + short });
    },
  };
})();
`;
