// The real oidc-provider with one client, its own sign-in form, and consent given beforehand.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { close, listen } from './ports.mjs';

export const clientId = 'xs-router';
export const clientSecret = 'a-secret-with:%+ &-in-it-for-the-form-encoding';

export class IdentityProvider {
  #issued = new Map(); // access token -> user

  static async start(router) {
    const provider = new IdentityProvider();
    // The issuer needs the port, so the server listens before the provider exists.
    provider.server = createServer((request, response) => provider.handle(request, response));
    provider.issuer = await listen(provider.server);
    provider.oidc = new Provider(provider.issuer, configuration(router));
    provider.handle = provider.oidc.callback();
    provider.oidc.on('grant.success', ({ body, oidc }) => {
      provider.#issued.set(body.access_token, oidc.entities.AccessToken.accountId);
    });
    return provider;
  }

  stop() {
    return close(this.server);
  }

  // Whose access token that is. Ended ones too: the provider may end a token while the back-ends are still being told.
  userOf(token) {
    return this.#issued.get(token);
  }
}

function configuration(router) {
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        grant_types: ['authorization_code'],
        redirect_uris: [`${router}/login/callback`],
        post_logout_redirect_uris: [`${router}/logout-page.html`, `${router}/xs-router/signed-out`],
        backchannel_logout_uri: `${router}/my/back-channel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    cookies: { keys: ['only for these tests'] },
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: true },
      revocation: { enabled: true },
    },
    pkce: { required: () => true, methods: ['S256'] },
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  };
}
