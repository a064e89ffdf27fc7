// What the cases compare with.

import { deepStrictEqual } from "node:assert";

import { Code, ConnectError } from "@connectrpc/connect";

export const same = deepStrictEqual;

/** The call fails with this code, or one of these; its error. */
export async function refused(expected, call) {
  const codes = [expected].flat();
  let answer;
  try {
    answer = await call();
  } catch (error) {
    if (error instanceof ConnectError && codes.includes(error.code)) {
      return error;
    }
    throw new Error(`expected ${codes.map((code) => Code[code])}, found ${error?.stack ?? error}`);
  }
  throw new Error(`expected ${codes.map((code) => Code[code])}, found an answer: ${answer}`);
}

export async function all(answers) {
  const found = [];
  for await (const answer of answers) {
    found.push(answer);
  }
  return found;
}
