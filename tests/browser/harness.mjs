// Everything a browser test needs: oidc-provider, two back-ends, the router, Chromium; and what people do with them.
//
//   const site = await startSite();
//   const page = await site.newPerson();
//   await site.signIn(page, '/orders/', 'alice');
//   await site.stop();
import { launchChromium, patience } from './support/chromium.mjs';
import { BackEnd } from './support/back_end.mjs';
import { IdentityProvider, clientId, clientSecret } from './support/provider.mjs';
import { freePort } from './support/ports.mjs';
import { makeDirectory, removeDirectory, startRouter } from './support/router.mjs';

// The descriptor of SAP's "logout" (docs/contract/logout.md section 1) with two applications.
const descriptor = {
  welcomeFile: '/orders/',
  logout: {
    logoutEndpoint: '/my/logout',
    logoutPage: '/logout-page.html',
    backChannelLogoutEndpoint: '/my/back-channel-logout',
  },
  destinations: { orders: { logoutPath: '/logout' }, invoices: { logoutPath: '/logout' } },
  routes: [
    { source: '^/logout-page\\.html$', localDir: 'web', authenticationType: 'none' },
    { source: '^/orders/form/save$', target: '/app/save', destination: 'orders', csrfProtection: false },
    { source: '^/orders/(.*)$', target: '/app/$1', destination: 'orders', authenticationType: 'oidc' },
    { source: '^/invoices/(.*)$', target: '/app/$1', destination: 'invoices', authenticationType: 'oidc' },
  ],
};

const logoutPage = '<!doctype html><title>Signed out</title><link rel="icon" href="data:,"><h1>Good-bye</h1>';

function withDestination(given, more) {
  if (!more) return given;
  const { name, logoutPath, title, logoutToken, route } = more;
  const told = { logoutPath, title, logoutToken };
  return { ...given, destinations: { ...given.destinations, [name]: told }, routes: [...given.routes, route] };
}

export class Site {
  async newPerson(options) {
    const context = await this.browser.newContext(options);
    context.setDefaultTimeout(patience);
    return context.newPage();
  }

  // What `waited` gives; where it was in vain, where the page was then, and what the router had logged last.
  async explained(page, waited) {
    try {
      return await waited;
    } catch (error) {
      error.message += `\nat ${page.url()}\n${this.router.output.split('\n').slice(-12).join('\n')}`;
      throw error;
    }
  }

  async arrive(page, url) {
    await this.explained(page, page.waitForURL(url));
  }

  // From a path of the router over the provider's form, back to where the browser wanted to go.
  async signIn(page, path, user) {
    await page.goto(this.router.origin + path);
    await this.fillForm(page, user);
    await this.arrive(page, this.router.origin + path);
  }

  async fillForm(page, user) {
    await this.arrive(page, `${this.provider.issuer}/interaction/**`);
    await page.fill('input[name=login]', user);
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
  }

  // Two of one person, at an application that includes session.js.
  async openTabs(user, path = '/orders/tabs') {
    const first = await this.newPerson();
    await this.signIn(first, '/orders/', user);
    await first.goto(this.router.origin + path);
    const second = await first.context().newPage();
    await second.goto(this.router.origin + path);
    return [first, second];
  }

  // window.socketClosed is settled once it closes: by code and reason.
  async openSocket(page) {
    await page.evaluate(
      () =>
        new Promise((opened, failed) => {
          const socket = new WebSocket(`ws://${location.host}/orders/socket`);
          socket.onopen = opened;
          socket.onerror = failed;
          window.socketClosed = new Promise((done) => (socket.onclose = ({ code, reason }) => done({ code, reason })));
        }),
    );
  }

  // As an application does it; the provider asks the user, who agrees.
  async signOut(page) {
    await page.evaluate(() => {
      window.location.replace('/my/logout?siteId=3');
    });
    await this.agreeToSignOut(page);
    await this.arrive(page, `${this.router.origin}/logout-page.html**`);
  }

  async agreeToSignOut(page) {
    await this.arrive(page, `${this.provider.issuer}/session/end**`);
    await page.click('button[name=logout][value=yes]');
  }

  async bothTold(user, milliseconds) {
    return Promise.all([this.orders.toldAbout(user, milliseconds), this.invoices.toldAbout(user, milliseconds)]);
  }

  async stop() {
    await this.browser?.close();
    await this.router?.stop();
    await Promise.all([this.orders?.stop(), this.invoices?.stop(), this.provider?.stop()]);
    if (this.directory) await removeDirectory(this.directory);
  }
}

// `more`: a destination beside the two, with its logoutPath and a route that leads to it; `variables`: more of the environment;
// `given`: its port, where somebody has to know it before.
export async function startSite(changes = {}, more = undefined, variables = {}, given = undefined) {
  const site = new Site();
  try {
    const port = given ?? (await freePort());
    site.provider = await IdentityProvider.start(`http://localhost:${port}`);
    const userOf = (token) => site.provider.userOf(token);
    site.orders = await BackEnd.start('orders', userOf);
    site.invoices = await BackEnd.start('invoices', userOf);
    site.directory = await makeDirectory({
      'xs-app.json': withDestination({ ...descriptor, ...changes }, more),
      'default-env.json': {
        destinations: [
          { name: 'orders', url: site.orders.origin, forwardAuthToken: true },
          { name: 'invoices', url: site.invoices.origin, forwardAuthToken: true },
          ...(more ? [{ name: more.name, url: more.url }] : []),
        ],
      },
      'web/logout-page.html': logoutPage,
    });
    site.router = await startRouter(port, site.directory, {
      OIDC_ISSUER: site.provider.issuer,
      OIDC_CLIENT_ID: clientId,
      OIDC_CLIENT_SECRET: clientSecret,
      ...variables,
    });
    site.browser = await launchChromium();
  } catch (error) {
    await site.stop();
    throw error;
  }
  return site;
}
