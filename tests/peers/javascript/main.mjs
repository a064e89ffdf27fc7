// Runs all cases against a function: `node main.mjs PORT DESCRIPTORS ORIGIN`, one line of JSON for each.

import { readFileSync } from "node:fs";

import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

import { calls } from "./calls.mjs";
import { text } from "./text.mjs";
import { transports } from "./transports.mjs";
import { wire } from "./wire.mjs";

const SECONDS = 60;

async function main([port, descriptors, origin]) {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
  const url = `http://127.0.0.1:${port}`;
  const { ways, close } = transports(url, registry);
  for (const way of ways) {
    for (const [name, body] of calls(way, registry)) {
      await run(`${way.name}: ${name}`, body);
    }
  }
  close();
  for (const [name, body] of [...text(url, registry), ...wire(Number(port), registry, origin)]) {
    await run(name, body);
  }
}

async function run(name, body) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it takes longer than ${SECONDS} s`)), SECONDS * 1000);
  });
  let problem = null;
  try {
    await Promise.race([body(), late]);
  } catch (error) {
    problem = `${error?.stack ?? error}`.slice(0, 2000);
  } finally {
    clearTimeout(timer);
  }
  process.stdout.write(`${JSON.stringify({ name, problem })}\n`);
}

await main(process.argv.slice(2));
// Connections that are kept alive would keep the process.
process.exit(0);
