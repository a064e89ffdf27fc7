// The ways to call: Connect with JSON and with protobuf, gRPC-Web; from Node by HTTP/1.1 and HTTP/2, and as browsers do.

import { Agent } from "node:http";

import * as node from "@connectrpc/connect-node";
import * as web from "@connectrpc/connect-web";

const GZIP = { acceptCompression: [node.compressionGzip], sendCompression: node.compressionGzip, compressMinBytes: 0 };
const PLAIN = { acceptCompression: [] };

/** Which of the streaming kinds a way has. */
export const NONE = 0, HALF = 1, FULL = 2;

/** All of them, and what closes them; one has the HTTP methods of its calls. */
export function transports(baseUrl, registry) {
  const common = { baseUrl, jsonOptions: { registry } };
  const verbs = [];
  const spied = (resource, options) => {
    verbs.push(options.method);
    return fetch(resource, options);
  };
  const sessions = [];
  // A connection that the server is about to close may be taken for the next call.
  const h1 = { httpVersion: "1.1", nodeOptions: { agent: new Agent({ keepAlive: false }) } };
  const h2 = () => {
    const sessionManager = new node.Http2SessionManager(baseUrl);
    sessions.push(sessionManager);
    return { httpVersion: "2", sessionManager };
  };
  const json = { useBinaryFormat: false }, proto = { useBinaryFormat: true };
  const connect = (options) => node.createConnectTransport({ ...common, ...options });
  const grpcWeb = (options) => node.createGrpcWebTransport({ ...common, ...options });
  const ways = [
    ["connect json, HTTP/1.1", HALF, connect({ ...h1, ...json, ...PLAIN })],
    ["connect proto, HTTP/1.1, gzip", HALF, connect({ ...h1, ...proto, ...GZIP })],
    ["connect json, HTTP/2, gzip", FULL, connect({ ...h2(), ...json, ...GZIP })],
    ["connect proto, HTTP/2", FULL, connect({ ...h2(), ...proto, ...PLAIN })],
    ["connect json by GET, HTTP/1.1", HALF, connect({ ...h1, ...json, ...PLAIN, useHttpGet: true })],
    ["connect proto by GET, HTTP/2, gzip", FULL, connect({ ...h2(), ...proto, ...GZIP, useHttpGet: true })],
    ["gRPC-Web, HTTP/1.1", HALF, grpcWeb({ ...h1, ...proto, ...PLAIN })],
    ["gRPC-Web, HTTP/2, gzip", FULL, grpcWeb({ ...h2(), ...proto, ...GZIP })],
    ["connect json, browser", NONE, web.createConnectTransport({ ...common, ...json })],
    ["connect proto by GET, browser", NONE, web.createConnectTransport({ ...common, ...proto, useHttpGet: true, fetch: spied }), verbs],
    ["gRPC-Web, browser", NONE, web.createGrpcWebTransport(common)],
  ];
  const close = () => sessions.forEach((session) => session.abort());
  const found = ways.map(([name, streams, transport, verbs]) => (
    { name, streams, transport, verbs, isConnect: name.startsWith("connect") }
  ));
  return { ways: found, close };
}
