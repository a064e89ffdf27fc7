// gRPC-Web as text, by Google's own client for browsers. It needs a browser's XMLHttpRequest, which `xhr2` is.

import { createRequire } from "node:module";

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";

import { same } from "./check.mjs";

const require = createRequire(import.meta.url);
globalThis.XMLHttpRequest = require("xhr2");
const { GrpcWebClientBase, MethodDescriptor, MethodType } = require("grpc-web");

export function* text(url, registry) {
  for (const format of ["text", "binary"]) {
    const client = new GrpcWebClientBase({ format });
    const found = (service, name) => {
      const method = registry.getService(service).methods.find((each) => each.name === name);
      const kind = method.methodKind === "unary" ? MethodType.UNARY : MethodType.SERVER_STREAMING;
      const encode = (message) => toBinary(method.input, message);
      const decode = (bytes) => fromBinary(method.output, new Uint8Array(bytes));
      return {
        input: (fields) => create(method.input, fields),
        path: `${url}/${service}/${name}`,
        descriptor: new MethodDescriptor(`/${service}/${name}`, kind, Object, Object, encode, decode),
      };
    };
    const unary = (service, name, fields, metadata = {}) => new Promise((answered, failed) => {
      const { path, descriptor, input } = found(service, name);
      client.rpcCall(path, input(fields), metadata, descriptor, (error, answer) => (error ? failed(error) : answered(answer)));
    });
    const stream = (service, name, fields) => new Promise((answered) => {
      const { path, descriptor, input } = found(service, name);
      const answers = [];
      const call = client.serverStreaming(path, input(fields), {}, descriptor);
      call.on("data", (answer) => answers.push(answer));
      call.on("error", (error) => answered({ answers, error }));
      call.on("end", () => answered({ answers }));
    });

    yield [`grpc-web as ${format}: unary`, async () => {
      const answer = await unary("grpc.testing.TestService", "UnaryCall", { responseSize: 314159, payload: { body: new Uint8Array(271828) } });
      same(answer.payload.body.length, 314159);
      for (const word of ["", "a", "ab", "abc", "ünï"]) {
        same((await unary("probe.Methods", "Unary", { text: word })).text, `hello ${word}`);
      }
    }];

    yield [`grpc-web as ${format}: errors`, async () => {
      const error = await unary("probe.Methods", "Fail", { kind: 6, code: 5, message: "no ☺" }).then(() => undefined, (found) => found);
      same([error?.code, error?.message], [5, "no ☺"]);
    }];

    // Its binary form has no streams.
    if (format === "text") {
      yield ["grpc-web as text: a stream", async () => {
        const sizes = [31415, 9, 2653, 58979];
        const { answers, error } = await stream("grpc.testing.TestService", "StreamingOutputCall", { responseParameters: sizes.map((size) => ({ size })) });
        same([answers.map((answer) => answer.payload.body.length), error], [sizes, undefined]);
      }];

      yield ["grpc-web as text: a stream that fails", async () => {
        const { answers, error } = await stream("probe.Methods", "FailMidStream", { kind: 6, code: 15, message: "lost" });
        same([answers.map((answer) => answer.text), error?.code, error?.message], [["before"], 15, "lost"]);
      }];
    }
  }
}
