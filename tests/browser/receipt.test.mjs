// The user's own proof: after signing out, which applications have confirmed.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { startSite } from './harness.mjs';
import { close, listen } from './support/ports.mjs';

const longName = 'The archive of all invoices, orders and letters of credit since nineteen hundred and seventy-two';
let site;
let archive;
let archiveAnswers = 204;

before(async () => {
  archive = createServer((request, response) => response.writeHead(archiveAnswers).end());
  const url = await listen(archive);
  const more = {
    name: 'archive',
    url,
    logoutPath: '/bye',
    title: longName,
    route: { source: '^/archive/(.*)$', target: '/$1', destination: 'archive', authenticationType: 'oidc' },
  };
  const changes = {
    logout: { logoutEndpoint: '/my/logout', backChannelLogoutEndpoint: '/my/back-channel-logout', receiptLink: true },
    destinations: { orders: { logoutPath: '/logout', title: 'Orders & more' }, invoices: { logoutPath: '/logout' } },
  };
  site = await startSite(changes, more);
});
after(async () => {
  await site?.stop();
  if (archive) await close(archive);
});

async function signOut(page) {
  await page.evaluate(() => window.location.replace('/my/logout'));
  await site.agreeToSignOut(page);
  await page.waitForURL(`${site.router.origin}/xs-router/signed-out**`);
}

async function personWhoSignedOut(options) {
  const page = await site.newPerson(options);
  const faults = [];
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  await site.signIn(page, '/orders/', 'alice');
  await signOut(page);
  return { page, faults };
}

const rows = (page) => page.locator('#applications li').allInnerTexts();

test('the signed-out page leads to who has confirmed, and the page follows without being loaded again', async () => {
  archiveAnswers = 503;
  const { page, faults } = await personWhoSignedOut();
  await page.getByRole('link', { name: 'See which applications have confirmed it' }).click();
  await page.waitForURL(`${site.router.origin}/xs-router/receipt`);
  const summary = page.getByRole('status');
  await page.waitForFunction(() => /2 of 3/.test(document.querySelector('#summary').textContent));
  assert.match(await summary.innerText(), /2 of 3 applications have confirmed/);
  const before = (await rows(page)).join('\n');
  assert.match(before, /Orders & more\s+✓ signed out/);
  assert.match(before, /invoices\s+✓ signed out/);
  assert.match(before, new RegExp(`${longName}\\s+no answer yet`));
  await page.evaluate(() => (window.isTheSamePage = true));
  archiveAnswers = 204;
  await page.waitForFunction(() => /all 3 applications/.test(document.querySelector('#summary').textContent));
  assert.equal(await page.evaluate(() => window.isTheSamePage), true);
  assert.equal(await page.locator('#applications').getAttribute('data-state'), 'final');
  assert.equal((await rows(page)).filter((row) => /✓ signed out/.test(row)).length, 3);
  assert.deepEqual(faults, []);
});

test('nobody else sees it: another browser, or this one without its cookie', async () => {
  const { page } = await personWhoSignedOut();
  const cookies = await page.context().cookies();
  const link = cookies.find((cookie) => cookie.name === 'xsr-receipt');
  assert.equal(link.httpOnly, true);
  assert.ok(link.expires - Date.now() / 1000 <= 600);
  const stranger = await site.newPerson();
  assert.equal((await stranger.goto(`${site.router.origin}/xs-router/receipt`)).status(), 404);
  assert.match(await stranger.innerText('h1'), /nothing to show/);
  assert.equal((await page.goto(`${site.router.origin}/xs-router/receipt`)).status(), 200);
  await page.context().clearCookies();
  assert.equal((await page.goto(`${site.router.origin}/xs-router/receipt`)).status(), 404);
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [390, 1920]) {
    test(`it is readable in ${colorScheme} at ${width} px, and can be used by keyboard`, async () => {
      archiveAnswers = 503;
      const { page } = await personWhoSignedOut({ colorScheme, viewport: { width, height: 844 } });
      await page.goto(`${site.router.origin}/xs-router/receipt`);
      await page.waitForFunction(() => /2 of 3/.test(document.querySelector('#summary').textContent));
      const look = await page.evaluate(() => {
        const light = (color) => color.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3;
        const card = getComputedStyle(document.querySelector('main'));
        return {
          contrast: Math.abs(light(card.backgroundColor) - light(getComputedStyle(document.querySelector('li')).color)),
          scrolls: document.documentElement.scrollWidth > window.innerWidth,
          live: document.querySelector('#summary').getAttribute('role'),
          headings: document.querySelectorAll('h1').length,
        };
      });
      assert.ok(look.contrast > 130, `contrast ${look.contrast}`);
      assert.deepEqual({ ...look, contrast: 0 }, { contrast: 0, scrolls: false, live: 'status', headings: 1 });
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => ({
        target: document.activeElement.getAttribute('href'),
        outline: getComputedStyle(document.activeElement).outlineStyle,
      }));
      assert.deepEqual(focused, { target: '/', outline: 'solid' });
      const pictures = process.env.XS_ROUTER_PICTURES;
      if (pictures) {
        await mkdir(pictures, { recursive: true });
        await page.screenshot({ path: `${pictures}/receipt-${colorScheme}-${width}.png` });
      }
      archiveAnswers = 204;
    });
  }
}
