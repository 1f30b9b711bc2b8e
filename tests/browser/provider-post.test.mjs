// logout.providerMethod "POST": the browser gets a page whose form goes to the provider by itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './harness.mjs';

let site;
before(async () => {
  site = await startSite({
    logout: { logoutEndpoint: '/my/logout', logoutPage: '/logout-page.html', providerMethod: 'POST' },
  });
});
after(() => site?.stop());

test('with providerMethod POST a form brings the hint to the provider, and the user to the logout page [S32]', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'kim');
  const asked = page.waitForRequest((request) => request.url().startsWith(`${site.provider.issuer}/session/end`));
  await page.evaluate(() => void setTimeout(() => window.location.replace('/my/logout?siteId=3')));
  const request = await site.explained(page, asked);
  assert.equal(request.method(), 'POST');
  assert.match(request.postData(), /^id_token_hint=ey/);
  assert.equal(request.url(), `${site.provider.issuer}/session/end`);
  await site.agreeToSignOut(page);
  await page.waitForURL(`${site.router.origin}/logout-page.html?siteId=3`);
});
