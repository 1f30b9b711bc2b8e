// session.js where logging out is a POST with a CSRF token.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './harness.mjs';

let site;
before(async () => {
  site = await startSite({
    logout: {
      logoutEndpoint: '/my/logout',
      logoutPage: '/logout-page.html',
      logoutMethod: 'POST',
      csrfProtection: true,
    },
  });
});
after(() => site?.stop());

test('signOut() fetches the token, posts it, and goes on to the provider', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'alice');
  await page.goto(`${site.router.origin}/orders/tabs`);
  const second = await page.context().newPage();
  await second.goto(`${site.router.origin}/orders/tabs`);
  await page.evaluate(() => void window.xsRouter.signOut('?siteId=3'));
  await second.waitForURL('**/logout-page.html');
  await site.agreeToSignOut(page);
  await page.waitForURL(`${site.router.origin}/logout-page.html?siteId=3`);
  for (const calls of await site.bothTold('alice')) assert.equal(calls.length, 1);
});

test('signOut() of a browser with two sessions ends both [S4]', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'bob');
  const other = await site.newPerson();
  await site.signIn(other, '/orders/', 'mallory');
  const { value } = (await other.context().cookies()).find(({ name }) => name === 'JSESSIONID');
  await page.goto(`${site.router.origin}/orders/tabs`);
  for (const path of ['/xs-router', '/my']) {
    await page.context().addCookies([{ name: 'JSESSIONID', value, domain: 'localhost', path, httpOnly: true }]);
  }
  await page.evaluate(() => void window.xsRouter.signOut());
  await site.agreeToSignOut(page);
  await page.waitForURL(`${site.router.origin}/logout-page.html`);
  for (const user of ['bob', 'mallory']) {
    for (const calls of await site.bothTold(user)) assert.equal(calls.length, 1);
  }
});
