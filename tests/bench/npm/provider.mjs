// An OpenID provider, npm's `oidc-provider`, which signs in and consents without a person.
//
// Configured by variables: ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI.

import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const { CLIENT_ID, CLIENT_SECRET, ISSUER, REDIRECT_URI } = process.env;

const provider = new Provider(ISSUER, {
  clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [REDIRECT_URI] }],
  pkce: { required: () => true },
  ttl: { AccessToken: 86_400, AuthorizationCode: 60, Grant: 86_400, IdToken: 86_400, Interaction: 600, Session: 86_400 },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['only for benchmarks'] },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});

async function interaction(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: 'a person' } });
    return;
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

const oauth = provider.callback();
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, ISSUER);
  const handled = pathname.startsWith('/interaction/') ? interaction(request, response) : oauth(request, response);
  Promise.resolve(handled).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
server.listen(Number(new URL(ISSUER).port), '127.0.0.1');
