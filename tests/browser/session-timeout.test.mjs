// In a file of its own: node runs files side by side, and a session cannot be shorter than a minute.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './harness.mjs';

const minute = 60_000;

let site;
before(async () => {
  site = await startSite({ sessionTimeout: 1, websockets: { enabled: true } });
});
after(() => site?.stop());

test('a session that nobody uses for its time-out ends, and both back-ends are told', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'alice');
  await site.openSocket(page);
  const used = Date.now();
  for (const calls of await site.bothTold('alice', 1.5 * minute)) assert.equal(calls.length, 1);
  assert.ok(Date.now() - used > minute - 1000, 'not before its time');
  assert.deepEqual(await page.evaluate(() => window.socketClosed), { code: 4001, reason: 'signed out' });
  assert.equal(await page.evaluate(() => fetch('/orders/data').then((answer) => answer.status)), 401);
});
