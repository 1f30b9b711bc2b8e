// A back-end that shows who it thinks is signed in, and records each request and each logout call it receives.
import { createServer } from 'node:http';
import { EventEmitter, once } from 'node:events';
import { close, listen } from './ports.mjs';

export class BackEnd {
  requests = [];
  logouts = [];
  #events = new EventEmitter();
  #server = createServer((request, response) => this.#answer(request, response));

  // `userOf(token)` says whose access token that is.
  static async start(name, userOf) {
    const backEnd = new BackEnd();
    backEnd.name = name;
    backEnd.userOf = userOf;
    backEnd.origin = await listen(backEnd.#server);
    return backEnd;
  }

  stop() {
    return close(this.#server);
  }

  // The logout calls for that user, as soon as there is one.
  async toldAbout(user, milliseconds = 10_000) {
    const mine = () => this.logouts.filter((call) => call.user === user);
    const signal = AbortSignal.timeout(milliseconds);
    while (mine().length === 0) {
      await once(this.#events, 'logout', { signal }).catch((cause) => {
        throw new Error(`${this.name} was not told that ${user} signed out within ${milliseconds} ms`, { cause });
      });
    }
    return mine();
  }

  #answer(request, response) {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    const user = scheme === 'Bearer' ? this.userOf(token) : undefined;
    const seen = { method: request.method, url: request.url, headers: request.headers, user };
    request.resume();
    if (request.url === '/logout') {
      this.logouts.push(seen);
      this.#events.emit('logout');
      response.writeHead(204).end();
      return;
    }
    this.requests.push(seen);
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(
      `<!doctype html><title>${this.name}</title><link rel="icon" href="data:,"><p id="user">${user ?? 'nobody'}</p>`,
    );
  }
}
