// Where handlers wait until a case lets them go on; it sees that they are gone.

import { createServer } from "node:net";
import { once } from "node:events";

export async function withGate(body) {
  const server = createServer();
  const come = [], wanted = [];
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    (wanted.shift() ?? ((each) => come.push(each)))(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const began = async () => waiting(come.shift() ?? (await new Promise((done) => wanted.push(done))));
  try {
    await body({ port: server.address().port, began });
  } finally {
    server.close();
  }
}

function waiting(socket) {
  socket.resume();
  const gone = once(socket, "close");
  return {
    open: () => socket.end("\x01"),
    gone: () => gone,
  };
}
