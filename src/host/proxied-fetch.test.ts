import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { OptionError } from "../errors.ts";
import { proxiedFetch } from "./proxied-fetch.ts";

afterEach(() => vi.unstubAllEnvs());

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that notes what it is asked for, and takes every name for this machine. */
async function proxy() {
  const target = await listening(createServer((_request, response) => response.end("hello")));
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? "");
    response.end("hello");
  });
  server.on("connect", (request, socket) => {
    seen.push(request.url ?? "");
    const onward = connect(target, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  return { address: `http://127.0.0.1:${await listening(server)}`, target, seen };
}

test.each(["HTTP_PROXY", "http_proxy"])("%s is asked for another host", async (name) => {
  const { address, seen } = await proxy();
  vi.stubEnv(name, address);
  const response = await proxiedFetch("http://teacher.example/v1", {});
  expect(await response.text()).toBe("hello");
  expect(seen.join()).toContain("teacher.example");
});

test("not for a host of NO_PROXY, nor for this machine", async () => {
  const { address, target, seen } = await proxy();
  vi.stubEnv("HTTP_PROXY", address);
  vi.stubEnv("NO_PROXY", "teacher.invalid");
  expect(await (await proxiedFetch(`http://127.0.0.1:${target}/`, {})).text()).toBe("hello");
  await expect(proxiedFetch("http://teacher.invalid/", {})).rejects.toThrow(TypeError);
  expect(seen).toEqual([]);
});

test("a proxy that is no address is named without what it is", async () => {
  vi.stubEnv("HTTPS_PROXY", "user:secret@");
  const asked = proxiedFetch("https://teacher.example/", {});
  await expect(asked).rejects.toThrow(OptionError);
  await expect(asked).rejects.toThrow(/^Expected HTTPS_PROXY to be (?!.*secret)/);
});
