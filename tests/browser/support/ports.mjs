// Free ports and servers on the loopback interface.
import { createServer } from 'node:http';
import { once } from 'node:events';

// The origin of the listening server. 127.0.0.1 and localhost are two sites to a browser: the router is the latter.
export async function listen(server, port = 0) {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

// A port for a process that has to be told one; free a moment ago.
export async function freePort() {
  const server = createServer();
  await listen(server);
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export async function close(server) {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
