// What no client of a library sends, and what they do not show.

import { request } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";

import { same } from "./check.mjs";
import { withGate } from "./gate.mjs";

export function* wire(port, registry, origin) {
  const ask = (method, path, headers = {}, body = "") => new Promise((answered, failed) => {
    const call = request({ host: "127.0.0.1", port, method, path, headers: { connection: "close", ...headers } }, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("error", failed);
      answer.on("end", () => answered({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
    });
    call.on("error", failed);
    call.end(body);
  });
  const json = { "content-type": "application/json" };
  const told = ({ status, body }) => [status, JSON.parse(body).code];

  yield ["wire: a call as anybody can write it", async () => {
    const answer = await ask("POST", "/probe.Methods/Unary", json, '{"text": "ada", "unknown": [1]}');
    same([answer.status, answer.headers["content-type"], `${answer.body}`], [200, "application/json", '{"text":"hello ada"}']);
    const squeezed = await ask("POST", "/probe.Methods/Unary", { ...json, "content-encoding": "gzip" }, gzipSync('{"text":"ada"}'));
    const plain = squeezed.headers["content-encoding"] === "gzip" ? gunzipSync(squeezed.body) : squeezed.body;
    same(`${plain}`, '{"text":"hello ada"}');
  }];

  yield ["wire: an answer is compressed if the service wants it and the caller has said so", async () => {
    const path = "/grpc.testing.TestService/UnaryCall";
    const wanted = '{"responseSize":100,"responseCompressed":{"value":true}}';
    const squeezed = await ask("POST", path, { ...json, "accept-encoding": "br, gzip" }, wanted);
    same([squeezed.status, squeezed.headers["content-encoding"]], [200, "gzip"]);
    const plain = await ask("POST", path, { ...json, "accept-encoding": "br, gzip;q=0" }, wanted);
    same([plain.headers["content-encoding"], `${plain.body}`], [undefined, `${gunzipSync(squeezed.body)}`]);
    same(JSON.parse(plain.body).payload.body, Buffer.alloc(100).toString("base64"));
  }];

  yield ["wire: GET", async () => {
    const message = encodeURIComponent('{"aString":"x"}');
    const answer = await ask("GET", `/probe.Facts/Echo?connect=v1&encoding=json&message=${message}`);
    same([answer.status, `${answer.body}`], [200, '{"aString":"x"}']);
    same(answer.headers.vary.includes("accept-encoding"), true);
    const packed = gzipSync('{"aString":"x"}').toString("base64url");
    const squeezed = await ask("GET", `/probe.Facts/Echo?encoding=json&compression=gzip&base64=1&message=${packed}`, { "accept-encoding": "identity" });
    same(`${squeezed.body}`, '{"aString":"x"}');
    const refused = await ask("GET", `/probe.Methods/Unary?encoding=json&message=${encodeURIComponent("{}")}`);
    same([refused.status, refused.headers.allow], [405, "POST"]);
  }];

  yield ["wire: what is malformed has its own status", async () => {
    const unary = "/probe.Methods/Unary";
    same(told(await ask("POST", unary, json, "{")), [400, "invalid_argument"]);
    same(told(await ask("POST", unary, json, '{"text":5}')), [400, "invalid_argument"]);
    same(told(await ask("POST", unary, { ...json, "connect-protocol-version": "2" }, "{}")), [400, "invalid_argument"]);
    same(told(await ask("POST", unary, { ...json, "connect-timeout-ms": "soon" }, "{}")), [400, "invalid_argument"]);
    same(told(await ask("POST", unary, { ...json, "content-encoding": "br" }, "{}")), [501, "unimplemented"]);
    same(told(await ask("POST", unary, { ...json, "content-encoding": "gzip" }, gzipSync(" ".repeat(32 << 20)))), [429, "resource_exhausted"]);
    const foo = await ask("POST", unary, { "content-type": "application/foo" }, "{}");
    same([foo.status, foo.headers["accept-post"].includes("application/json")], [415, true]);
    same((await ask("POST", "/probe.Methods/Repeat", json, "{}")).status, 415);
    same((await ask("DELETE", unary, json, "{}")).status, 405);
    same((await ask("POST", "/probe.Facts/Nowhere", json, "{}")).status, 404);
  }];

  yield ["wire: the server keeps the deadline", () => withGate(async ({ port: gate, began }) => {
    const answer = ask("POST", "/probe.Facts/Hold", { ...json, "connect-timeout-ms": "500" }, JSON.stringify({ port: gate }));
    await (await began()).gone();
    same(told(await answer), [504, "deadline_exceeded"]);
  })];

  yield ["wire: a stream that is cut", async () => {
    const stream = { "content-type": "application/connect+json" };
    const whole = Buffer.concat([Buffer.from([0, 0, 0, 0, 14]), Buffer.from('{"text":"ada"}')]);
    for (let cut = 0; cut < whole.length; cut += 1) {
      const answer = await ask("POST", "/probe.Methods/Repeat", stream, whole.subarray(0, cut));
      same([answer.status, answer.body[0]], [200, 2]);
      same(JSON.parse(answer.body.subarray(5)).error.code, cut === 0 ? "unimplemented" : "invalid_argument");
    }
    const answer = await ask("POST", "/probe.Methods/Repeat", stream, whole);
    same(`${answer.body.subarray(5)}`, "{}");
  }];

  yield ["wire: pages of other origins", async () => {
    const question = { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type,x-grpc-web" };
    const leave = await ask("OPTIONS", "/probe.Methods/Unary", question);
    same([leave.status, leave.headers["access-control-allow-origin"], leave.headers["access-control-allow-headers"]], [204, origin, "content-type,x-grpc-web"]);
    const answer = await ask("POST", "/probe.Methods/Fail", { ...json, origin }, '{"kind":"REJECT","message":"no"}');
    same([answer.headers["access-control-allow-origin"], told(answer)], [origin, [400, "invalid_argument"]]);
    same(answer.headers["access-control-expose-headers"].startsWith("grpc-status, grpc-message"), true);
    const other = await ask("POST", "/probe.Methods/Unary", { ...json, origin: "https://evil.example" }, "{}");
    same([other.status, other.headers["access-control-allow-origin"]], [200, undefined]);
  }];
}
