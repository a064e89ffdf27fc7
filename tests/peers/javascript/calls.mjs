// What every way to call must bring: gRPC's interoperability cases as far as they are of the way, and cases of our own.

import { create, equals, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, createClient, decodeBinaryHeader, encodeBinaryHeader } from "@connectrpc/connect";

import { all, refused, same } from "./check.mjs";
import { withGate } from "./gate.mjs";
import { FULL, NONE } from "./transports.mjs";

const SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, at) => at);
// Of `probe.Failure.Kind`.
const GRPC = 6, PANIC = 7;
const SIZES = [31415, 9, 2653, 58979];

export function* calls({ transport, streams, isConnect, verbs }, registry) {
  const client = (name) => createClient(registry.getService(name), transport);
  const message = (name, fields) => create(registry.getMessage(name), fields);
  const interop = client("grpc.testing.TestService");
  const methods = client("probe.Methods");
  const facts = client("probe.Facts");
  const zeros = (size) => ({ payload: { body: new Uint8Array(size) } });

  yield ["empty_unary", async () => {
    same({ ...await interop.emptyCall({}) }, { $typeName: "grpc.testing.Empty" });
  }];

  yield ["large_unary", async () => {
    const answer = await interop.unaryCall({ responseSize: 314159, ...zeros(271828) });
    same(answer.payload.body, new Uint8Array(314159));
  }];

  yield ["server_streaming", async () => {
    const responseParameters = SIZES.map((size) => ({ size }));
    const answers = await all(interop.streamingOutputCall({ responseParameters }));
    same(answers.map((answer) => answer.payload.body.length), SIZES);
  }];

  yield ["empty_stream", async () => {
    same(await all(interop.streamingOutputCall({})), []);
    same(await all(methods.repeat({ text: "x" })), []);
  }];

  yield ["custom_metadata", async () => {
    const sent = { "x-grpc-test-echo-initial": "test_initial_metadata_value", "x-grpc-test-echo-trailing-bin": encodeBinaryHeader(EVERY_BYTE) };
    const came = {};
    const options = { headers: sent, onHeader: (fields) => { came.head = fields; }, onTrailer: (fields) => { came.trailers = fields; } };
    const check = () => {
      same(came.head.get("x-grpc-test-echo-initial"), "test_initial_metadata_value");
      same(decodeBinaryHeader(came.trailers.get("x-grpc-test-echo-trailing-bin")), EVERY_BYTE);
    };
    await interop.unaryCall({ responseSize: 1 }, options);
    check();
    await all(interop.streamingOutputCall({ responseParameters: [{ size: 1 }] }, options));
    check();
  }];

  yield ["status_code_and_message", async () => {
    const responseStatus = { code: 2, message: "test status message" };
    for (const call of [() => interop.unaryCall({ responseStatus }), () => all(interop.streamingOutputCall({ responseStatus }))]) {
      same((await refused(Code.Unknown, call)).rawMessage, responseStatus.message);
    }
  }];

  yield ["special_status_message", async () => {
    const error = await refused(Code.Unknown, () => interop.unaryCall({ responseStatus: { code: 2, message: SPECIAL } }));
    same(error.rawMessage, SPECIAL);
  }];

  yield ["every code", async () => {
    for (let code = 1; code <= 16; code += 1) {
      const error = await refused(code, () => methods.fail({ kind: GRPC, code, message: `number ${code}` }));
      same(error.rawMessage, `number ${code}`);
    }
  }];

  yield ["a stream that fails has sent what came before", async () => {
    const came = [];
    const failing = methods.failMidStream({ kind: GRPC, code: Code.DataLoss, message: "lost" });
    const error = await refused(Code.DataLoss, async () => {
      for await (const answer of failing) {
        came.push(answer.text);
      }
    });
    same([came, error.rawMessage], [["before"], "lost"]);
  }];

  yield ["details and metadata of an error", async () => {
    const text = registry.getMessage("probe.Text");
    const inside = anyPack(text, create(text, { text: "why", times: 3 }));
    const details = packed(Code.FailedPrecondition, toBinary(registry.getMessage("google.protobuf.Any"), inside));
    const headers = { "trail-text": "t", "trail-bytes-bin": encodeBinaryHeader(EVERY_BYTE) };
    const error = await refused(Code.FailedPrecondition, () => facts.refuse({ kind: GRPC, code: 9, message: "no", details }, { headers }));
    const [found] = error.findDetails(text);
    same([found.text, found.times], ["why", 3]);
    same(error.metadata.get("trail-text"), "t");
    same(decodeBinaryHeader(error.metadata.get("trail-bytes-bin")), EVERY_BYTE);
  }];

  yield ["every kind of field both ways", async () => {
    const schema = registry.getMessage("probe.Values");
    const sent = values(registry, message);
    const found = await facts.echo(sent);
    same(equals(schema, sent, found, { registry }), true);
    same(equals(schema, await facts.echo({}), create(schema)), true);
    same((await facts.echo({ colour: 99 })).colour, 99);
  }];

  if (verbs) {
    yield ["what has no side effects is asked by GET, the rest is not", async () => {
      verbs.length = 0;
      same((await facts.echo({ aString: "über+/ &=%" })).aString, "über+/ &=%");
      await methods.unary({});
      same(verbs, ["GET", "POST"]);
    }];
  }

  yield ["what the handler sees", async () => {
    const found = await facts.context({}, { timeoutMs: 7_200_000, headers: { "echo-text": "a b" } });
    same([found.function, found.trigger, found.metadata["echo-text"]], ["facts", "grpc", "a b"]);
    same(found.remainingMs > 7_000_000n && found.remainingMs <= 7_200_000n, true);
    same((await facts.context({})).remainingMs, undefined);
  }];

  yield ["a deadline ends the handler", () => withGate(async ({ port, began }) => {
    const call = refused(Code.DeadlineExceeded, () => facts.hold({ port }, { timeoutMs: 1_000 }));
    const waiting = await began();
    await call;
    await waiting.gone();
  })];

  yield ["a method's own limit of time", () => withGate(async ({ port, began }) => {
    const call = refused(Code.DeadlineExceeded, () => facts.impatient({ port }));
    await (await began()).gone();
    await call;
  })];

  yield ["a stream goes on at its own pace, and a cancelled one ends its handler", () => withGate(async ({ port, began }) => {
    const answers = facts.holdMidStream({ port })[Symbol.asyncIterator]();
    same((await answers.next()).value.text, "waits");
    (await began()).open();
    same((await answers.next()).value.text, "went on");
    same((await answers.next()).done, true);

    const cancel = new AbortController();
    const cancelled = facts.holdMidStream({ port }, { signal: cancel.signal })[Symbol.asyncIterator]();
    same((await cancelled.next()).value.text, "waits");
    const waiting = await began();
    cancel.abort();
    await refused(Code.Canceled, () => cancelled.next());
    await waiting.gone();
  })];

  yield ["too large a message, and none too large after it", async () => {
    const limit = 4 * 1024 * 1024;
    const longest = "x".repeat(limit - 100);
    // Tonic tells them apart: one that comes as large, and one that becomes so when it is decompressed.
    const codes = isConnect ? [Code.ResourceExhausted] : [Code.OutOfRange, Code.ResourceExhausted];
    await refused(codes, () => methods.unary({ text: longest.padEnd(limit + 100) }));
    same((await methods.unary({ text: longest })).text.length, longest.length + 6);
  }];

  yield ["a method that no function has", async () => {
    await refused(Code.Unimplemented, () => methods.undeclared({ text: "a" }));
  }];

  yield ["a panic says nothing of itself", async () => {
    for (const call of [() => methods.fail({ kind: PANIC, message: "secret" }), () => all(methods.failMidStream({ kind: PANIC, message: "secret" }))]) {
      same((await refused(Code.Internal, call)).rawMessage.includes("secret"), false);
    }
  }];

  if (streams !== NONE) {
    yield ["client_streaming", async () => {
      const sizes = [27182, 8, 1828, 45904];
      const answer = await interop.streamingInputCall(each(sizes.map(zeros)));
      same(answer.aggregatedPayloadSize, 74922);
      same((await methods.collect(each([]))).text, "");
    }];
  }

  if (streams === FULL) {
    yield ["ping_pong", async () => {
      const questions = queue();
      const answers = interop.fullDuplexCall(questions.messages)[Symbol.asyncIterator]();
      for (const size of SIZES) {
        questions.push({ responseParameters: [{ size }], ...zeros(8) });
        same((await answers.next()).value.payload.body.length, size);
      }
      questions.end();
      same((await answers.next()).done, true);
    }];
  }

  if (streams !== NONE && streams !== FULL && isConnect) {
    yield ["no stream both ways without HTTP/2", async () => {
      await refused(Code.Unknown, () => all(interop.fullDuplexCall(each([{}]))));
    }];
  }
}

async function* each(messages) {
  yield* messages;
}

/** Messages that are told one by one. */
function queue() {
  const told = [];
  let wake = () => {};
  const tell = (item) => {
    told.push(item);
    wake();
  };
  async function* messages() {
    for (;;) {
      while (told.length === 0) {
        await new Promise((done) => { wake = done; });
      }
      const { value, done } = told.shift();
      if (done) {
        return;
      }
      yield value;
    }
  }
  return { messages: messages(), push: (value) => tell({ value }), end: () => tell({ done: true }) };
}

/** An encoded `google.rpc.Status`: a code and one detail. */
function packed(code, any) {
  return Uint8Array.from([8, code, 0x1a, any.length, ...any]);
}

function values(registry, message) {
  const text = registry.getMessage("probe.Text");
  return message("probe.Values", {
    aDouble: Number.NEGATIVE_INFINITY, aFloat: 1.5, anInt32: -(2 ** 31), anInt64: -(2n ** 63n), aUint32: 2 ** 32 - 1,
    aUint64: 2n ** 64n - 1n, aSint32: -(2 ** 31), aSint64: 2n ** 63n - 1n, aFixed32: 2 ** 32 - 1, aFixed64: 2n ** 64n - 1n,
    aSfixed32: -1, aSfixed64: -(2n ** 63n), aBool: true, aString: "žluťoučký 🐎", someBytes: EVERY_BYTE, colour: 2,
    nested: { words: ["deep"] }, numbers: [0n, -1n, 2n ** 62n], words: ["", "a"], many: [{}, { aBool: true }],
    counts: { "": 0n, "é": -5n }, texts: { [-1]: { text: "x", times: 2 } }, choice: { case: "number", value: 0n }, maybe: "",
    at: { seconds: 1770091446n, nanos: 789000000 }, lasts: { seconds: -1n, nanos: -500000000 }, wrapped: "",
    free: { a: [1, null, { b: true }] }, mask: { paths: ["a_b.c"] }, any: anyPack(text, create(text, { text: "inside" })), renamed: "r",
  });
}
