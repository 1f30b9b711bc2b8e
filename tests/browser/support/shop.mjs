// A back-end with users of its own: a login form, a session in a cookie, and a handshake against forged requests. It knows
// nothing of the router.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { EventEmitter, once } from 'node:events';
import { close, listen } from './ports.mjs';

const cookieName = 'SHOPSESSION';

export class Shop {
  #sessions = new Map(); // id -> { user, token, cart }
  #events = new EventEmitter();
  #server = createServer((request, response) => this.#answer(request, response));
  signedOut = []; // users, in the order in which the shop was told

  static async start() {
    const shop = new Shop();
    shop.origin = await listen(shop.#server);
    return shop;
  }

  stop() {
    return close(this.#server);
  }

  // The users whose end the shop has heard of, as soon as there is one.
  async toldOf(user, milliseconds = 10_000) {
    const signal = AbortSignal.timeout(milliseconds);
    while (!this.signedOut.includes(user)) await once(this.#events, 'signed out', { signal });
    return this.signedOut;
  }

  async #answer(request, response) {
    let body = '';
    for await (const text of request.setEncoding('utf8')) body += text;
    const id = new RegExp(`${cookieName}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
    const known = this.#sessions.get(id);
    if (request.url === '/sign-out') {
      this.#sessions.delete(id);
      if (known) this.signedOut.push(known.user);
      this.#events.emit('signed out');
      response.writeHead(known ? 204 : 404).end();
      return;
    }
    const session = known ?? this.#begin(response);
    if (request.method !== 'POST') {
      if (request.headers['x-csrf-token'] === 'fetch') response.setHeader('x-csrf-token', session.token);
      showShop(session, response);
    } else if (request.url === '/login') {
      const form = new URLSearchParams(body);
      if (form.get('token') !== session.token) return void response.writeHead(403).end();
      session.user = form.get('user');
      response.writeHead(303, { Location: '/shop/' }).end();
    } else {
      if (request.headers['x-csrf-token'] !== session.token) return void response.writeHead(403).end();
      session.cart.push(body);
      response.writeHead(200).end(String(session.cart.length));
    }
  }

  #begin(response) {
    const id = randomUUID();
    const session = { user: undefined, token: randomUUID(), cart: [] };
    this.#sessions.set(id, session);
    response.setHeader('Set-Cookie', `${cookieName}=${id}; Path=/; HttpOnly`);
    return session;
  }
}

function showShop({ user, token, cart }, response) {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  const form = `<form method="post" action="/shop/login"><input type="hidden" name="token" value="${token}">
    <input name="user"><button id="enter">Sign in at the shop</button></form>`;
  response.end(
    '<!doctype html><title>Shop</title><link rel="icon" href="data:,">' +
      (user ? `<p id="user">${user}</p><p id="cart">${cart.length}</p>` : form),
  );
}
