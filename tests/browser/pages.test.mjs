// The router's own pages as people see them: in light and dark, by keyboard, on a small screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './harness.mjs';

let site;
before(async () => {
  site = await startSite();
});
after(() => site?.stop());

for (const colorScheme of ['light', 'dark']) {
  test(`the error page is readable in ${colorScheme}, and its policy lets its style pass`, async () => {
    const page = await site.newPerson({ colorScheme, viewport: { width: 320, height: 600 } });
    const faults = [];
    page.on('console', (message) => /Content Security Policy/.test(message.text()) && faults.push(message.text()));
    const loaded = [];
    page.on('request', (request) => loaded.push(request.url()));
    const answer = await page.goto(`${site.router.origin}/nothing/here`);
    assert.equal(answer.status(), 404);
    const look = await page.evaluate(() => {
      const light = (color) => color.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3;
      const body = getComputedStyle(document.body);
      return {
        ground: light(body.backgroundColor),
        text: light(body.color),
        scrolls: document.documentElement.scrollWidth > window.innerWidth,
        language: document.documentElement.lang,
      };
    });
    assert.ok(Math.abs(look.ground - look.text) > 150, `contrast of ${look.ground} and ${look.text}`);
    assert.equal(look.ground > look.text, colorScheme === 'light');
    assert.equal(look.scrolls, false);
    assert.equal(look.language, 'en');
    assert.deepEqual(faults, []);
    assert.deepEqual(loaded.filter((url) => !url.startsWith(site.router.origin)), []);
  });
}

test('the error page can be left by keyboard, and shows where the focus is', async () => {
  const page = await site.newPerson();
  await page.goto(`${site.router.origin}/nothing/here`);
  await page.keyboard.press('Tab');
  const focused = await page.evaluate(() => ({
    target: document.activeElement.getAttribute('href'),
    outline: getComputedStyle(document.activeElement).outlineStyle,
  }));
  assert.deepEqual(focused, { target: '/', outline: 'solid' });
});
