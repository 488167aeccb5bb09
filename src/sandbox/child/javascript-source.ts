/** What JavaScript finds in both processes: a console, input and output as Node's, `require` for a few names. */
export const JAVASCRIPT_HOST: string = String.raw`
"use strict";
(() => {
  const write = globalThis.__write, stdin = globalThis.__stdin;
  delete globalThis.__write; delete globalThis.__stdin;
  const show = (value, depth = 0) => {
    if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value);
    if (typeof value === "bigint") return value + "n";
    if (typeof value === "function") return "[Function: " + value.name + "]";
    if (typeof value !== "object" || value === null || depth > 4) return String(value);
    if (Array.isArray(value)) return value.length === 0 ? "[]" : "[ " + value.map((item) => show(item, depth + 1)).join(", ") + " ]";
    if (value instanceof Error) return String(value.stack ?? value);
    const entries = Object.entries(value).map(([key, item]) => key + ": " + show(item, depth + 1));
    return entries.length === 0 ? "{}" : "{ " + entries.join(", ") + " }";
  };
  const line = (...values) => write(values.map((value) => show(value)).join(" ") + "\n");
  const drop = () => {};
  globalThis.console = { log: line, info: line, debug: line, error: drop, warn: drop, trace: drop, table: line, assert: drop };
  globalThis.print = line;
  const waiting = [];
  let exited = false;
  globalThis.setTimeout = (call, _milliseconds, ...parameters) => { waiting.push(() => call(...parameters)); return waiting.length; };
  globalThis.setImmediate = globalThis.setTimeout;
  globalThis.setInterval = globalThis.setTimeout;
  globalThis.clearTimeout = globalThis.clearInterval = globalThis.clearImmediate = drop;
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
  const rows = () => { const all = stdin.split(/\r?\n/); if (all[all.length - 1] === "") all.pop(); return all; };
  let next = 0;
  globalThis.readline = () => rows()[next++] ?? null;
  const openLines = () => {
    const heard = {};
    const reader = {
      on(name, call) { heard[name] = call; return reader; }, close: drop, setPrompt: drop, prompt: drop,
      question(_text, call) { waiting.push(() => call(rows()[next++] ?? "")); },
      [Symbol.asyncIterator]: async function* () { yield* rows(); },
    };
    waiting.push(() => { if (heard.line) for (const row of rows()) heard.line(row); heard.close?.(); });
    return reader;
  };
  const files = { readFileSync: (path, how) => {
    if (path !== 0 && path !== "/dev/stdin") throw new Error("ENOENT: no such file or directory");
    return how === undefined ? { toString: () => stdin, trim: () => stdin.trim(), split: (by) => stdin.split(by) } : stdin;
  }, writeFileSync: (path, text) => {
    if (path !== 1 && path !== "/dev/stdout") throw new Error("EACCES: permission denied");
    write(String(text));
  }, writeSync: (_fd, text) => write(String(text)) };
  const modules = { fs: files, readline: { createInterface: openLines } };
  globalThis.require = (name) => {
    const found = modules[name.replace(/^node:/, "")];
    if (found === undefined) throw new Error("Cannot find module '" + name + "'");
    return found;
  };
  globalThis.module = { exports: {} };
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
    const call = waiting.shift();
    if (call === undefined) return false;
    call();
    return true;
  };
})();
`;

/** Values to and from what is sent (plain-value.ts). */
export const JAVASCRIPT_VALUES: string = String.raw`
"use strict";
(() => {
  const MOST_DEPTH = 60, MOST_ITEMS = 1000000, MOST_ITERATED = 100000, MOST_CHARACTERS = 4000000;
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
      if (kind === "number") { count(24); return ["f", String(value)]; }
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
      case "i": { const whole = parts.startsWith("-") ? -BigInt(parts.slice(1)) : BigInt(parts); const number = Number(whole); return Number.isSafeInteger(number) && !globalThis.__keepBig ? number : whole; }
      case "f": return Number(parts);
      case "u": return undefined;
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
  for (const name of ["__plain", "__Exit", "__turn", "__modules"]) delete globalThis[name];
  const short = (error) => { try { return String(error).slice(0, 300); } catch { return "an error"; } };
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
      try {
        return text({ value: encoder()(entry(...parse(sent).map(decode))) });
      } catch (error) {
        if (error instanceof NotPlain) return text({ bad: "gave " + error.message });
        return text({ raised: [error instanceof Error ? "Error" : "value", short(error)] });
      }
    },
  };
})();
`;

/** Runs a test against functions that are called through the host. */
export const JAVASCRIPT_TEST: string = String.raw`
"use strict";
(() => {
  const { encoder, decode, NotPlain } = globalThis.__plain;
  const ask = globalThis.__ask, modules = globalThis.__modules, turn = globalThis.__turn;
  for (const name of ["__plain", "__ask", "__modules", "__turn", "__Exit"]) delete globalThis[name];
  let calls = 0, last;
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
    if ("value" in reply) return decode(reply.value);
    if ("raised" in reply) { last = new Error(reply.raised[1]); throw last; }
    throw new Stopped();
  };
  const same = (a, b, strict) => {
    if (Object.is(a, b) || (!strict && a == b) || a === b) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    if (a instanceof Set || b instanceof Set) return a instanceof Set && b instanceof Set && a.size === b.size && [...a].every((item) => b.has(item) || [...b].some((other) => same(item, other, strict)));
    if (a instanceof Map || b instanceof Map) return a instanceof Map && b instanceof Map && a.size === b.size && [...a].every(([key, item]) => b.has(key) && same(item, b.get(key), strict));
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], strict));
  };
  const must = (holds, message) => { if (!holds) throw new AssertionError(typeof message === "string" ? message : "an assertion"); };
  const throws = (call) => { try { call(); } catch (error) { if (error instanceof Stopped || error instanceof Fault) throw error; return; } must(false, "nothing was thrown"); };
  const assert = Object.assign((holds, message) => must(holds, message), {
    ok: must, equal: (a, b, m) => must(a == b, m), notEqual: (a, b, m) => must(a != b, m),
    strictEqual: (a, b, m) => must(Object.is(a, b), m), notStrictEqual: (a, b, m) => must(!Object.is(a, b), m),
    deepEqual: (a, b, m) => must(same(a, b, false), m), deepStrictEqual: (a, b, m) => must(same(a, b, true), m),
    notDeepStrictEqual: (a, b, m) => must(!same(a, b, true), m), notDeepEqual: (a, b, m) => must(!same(a, b, false), m),
    throws, fail: (message) => must(false, message), AssertionError,
  });
  assert.strict = assert;
  globalThis.assert = assert;
  console.assert = must;
  modules.assert = modules["assert/strict"] = assert;
  return {
    bind: (name, entry) => { globalThis[name] = remote(entry); },
    turn,
    check: () => { if (calls === 0 && typeof globalThis.check === "function") globalThis.check(globalThis.candidate); },
    outcome(failed, error) {
      const short = String(error).slice(0, 300);
      if (!failed) return JSON.stringify(calls === 0 ? { fault: "the test never calls the answer" } : { right: true });
      if (error instanceof Stopped) return JSON.stringify({ stopped: true });
      if (error instanceof Fault) return JSON.stringify({ fault: "the test " + error.message });
      if (error === last) return JSON.stringify({ wrong: "raised " + error.message });
      if (calls === 0 || error instanceof SyntaxError || error instanceof ReferenceError) return JSON.stringify({ fault: "the test raised " + short });
      return JSON.stringify({ wrong: error instanceof AssertionError ? "failed: " + error.message.slice(0, 200) : "the test could not use what came: " + short });
    },
  };
})();
`;
