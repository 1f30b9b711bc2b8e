// A back-end that shows who it thinks is signed in, and records each request and each logout call it receives.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { EventEmitter, once } from 'node:events';
import { close, listen } from './ports.mjs';

export class BackEnd {
  requests = [];
  logouts = [];
  #events = new EventEmitter();
  #server = createServer((request, response) => this.#answer(request, response)).on('upgrade', acceptWebSocket);

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

  // The next save: `begun` when it has come, `ended` with who, what, and whether the router cut it off before its answer.
  nextSave() {
    const begun = once(this.#events, 'saving');
    const ended = once(this.#events, 'saved').then(([save]) => save);
    return { begun, ended };
  }

  // Takes its time, as a transaction does, and rolls back where the connection is closed before it is done.
  #save({ user }, request, response) {
    let body = '';
    let cut = false;
    request.setEncoding('utf8').on('data', (text) => (body += text));
    request.on('end', () => {
      this.#events.emit('saving');
      const commit = setTimeout(() => {
        this.#events.emit('saved', { user, body, cut });
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Saved</title>');
      }, 2_000);
      response.on('close', () => {
        if (response.writableEnded) return;
        clearTimeout(commit);
        cut = true;
        this.#events.emit('saved', { user, body, cut });
      });
    });
  }

  #answer(request, response) {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    const user = scheme === 'Bearer' ? this.userOf(token) : undefined;
    const seen = { method: request.method, url: request.url, headers: request.headers, user };
    if (request.url === '/app/save') {
      this.#save(seen, request, response);
      return;
    }
    request.resume();
    if (request.url === '/logout') {
      this.logouts.push(seen);
      this.#events.emit('logout');
      response.writeHead(204).end();
      return;
    }
    this.requests.push(seen);
    if (request.url === '/app/form') {
      showForm(response);
      return;
    }
    if (request.url.startsWith('/app/tabs')) {
      showTabsPage(request, response);
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(
      `<!doctype html><title>${this.name}</title><link rel="icon" href="data:,"><p id="user">${user ?? 'nobody'}</p>`,
    );
  }
}

// An application that includes session.js, under a policy as strict as it can be. ?warn=N goes to the script; ?cache lets
// browsers keep the page for Back.
function showTabsPage(request, response) {
  const query = new URL(request.url, 'http://back.end').searchParams;
  const warn = Number(query.get('warn') ?? 0);
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': query.has('cache') ? 'private, no-cache' : 'no-store',
    'Content-Security-Policy': "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'",
  });
  response.end(
    '<!doctype html><title>Tabs</title><link rel="icon" href="data:,"><h1>Tabs</h1>' +
      `<script src="/xs-router/session.js" defer data-warn="${warn}" data-stay="Stay here"></script>`,
  );
}

// A form, and a way out beside it.
function showForm(response) {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(
    '<!doctype html><title>Form</title><link rel="icon" href="data:,">' +
      '<form method="post" action="/orders/form/save"><input name="text" value="my work"><button id="save">Save</button></form>' +
      '<a id="out" href="/my/logout">Sign out</a>',
  );
}

// Says nothing, and stays open until the other side closes it (RFC 6455 section 4.2.2).
function acceptWebSocket(request, socket) {
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  const accept = createHash('sha1').update(key).digest('base64');
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.resume(); // what is not read has no end
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}
