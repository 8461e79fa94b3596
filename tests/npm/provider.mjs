// An independent authorization server on Snyk's paths: npm's `oidc-provider` with its strictest
// configuration, and the few API responses that the app reads after a login. Signing in and consent
// are automatic and need no person.
//
// Configured by variables: AUTH_METHOD (of the client at the token endpoint), CLIENT_ID, CLIENT_SECRET,
// REDIRECT_URI, SCOPES. Prints `provider listening on ADDRESS`. For tests: `GET /_test/seen` lists the events in order; `POST /_test/expire` expires
// every access token, `POST /_test/end` revokes every grant.

import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const { AUTH_METHOD, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, SCOPES } = process.env;
const API = 'urn:api';
const PERSON = 'b2d3a7de-0b7e-4f0c-8a53-6a1f2f0a77c1';
const ORG = '6c0f9a4e-53a1-4a2e-9a35-0a8b8f3c7d21';

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const address = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(address, {
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      redirect_uris: [REDIRECT_URI],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: AUTH_METHOD,
    },
  ],
  routes: {
    authorization: '/oauth2/authorize',
    token: '/oauth2/token',
    revocation: '/oauth2/revoke',
  },
  // Like Snyk: requires PKCE of every app, including confidential ones.
  pkce: { required: () => true },
  responseTypes: ['code'],
  clientAuthMethods: [AUTH_METHOD],
  // Single use without a grace period; every login issues a refresh token.
  rotateRefreshToken: true,
  issueRefreshToken: () => true,
  expiresWithSession: () => false,
  ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 86_400, RefreshToken: 86_400 },
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
    // Scopes that are not OpenID's belong to an API; every token here is for the only one.
    resourceIndicators: {
      enabled: true,
      defaultResource: () => API,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: SCOPES, accessTokenFormat: 'opaque' }),
    },
  },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['for tests'] },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  renderError: (context, out) => {
    context.type = 'json';
    context.body = out;
  },
});

const seen = [];
for (const event of ['authorization.success', 'grant.success', 'grant.revoked']) {
  provider.on(event, () => seen.push(event));
}
for (const event of ['authorization.error', 'grant.error', 'revocation.error', 'server_error']) {
  provider.on(event, (_context, error) => {
    seen.push(`${event}: ${error.error ?? error}: ${error.error_detail ?? error.error_description ?? ''}`);
  });
}
const accessTokens = new Set();
provider.on('access_token.saved', (token) => accessTokens.add(token.jti));
const grants = new Set();
provider.on('refresh_token.saved', (token) => grants.add(token.grantId));

// Signs the person in, then grants the requested scopes.
async function interaction(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: PERSON } });
    return;
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addResourceScope(API, params.scope);
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

// The part of Snyk's API that the app reads, for a valid token.
async function api(path, request, response) {
  const bearer = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
  const token = await provider.AccessToken.find(bearer);
  if (!token?.isValid) {
    answer(response, 401, { jsonapi: { version: '1.0' }, errors: [{ status: '401', detail: 'no such token' }] });
  } else if (path === '/rest/self') {
    answer(response, 200, { jsonapi: { version: '1.0' }, data: { id: token.accountId, type: 'user', attributes: { name: 'A person' } } });
  } else if (path === '/rest/orgs') {
    const attributes = { name: 'An organization', slug: 'an-organization' };
    answer(response, 200, { jsonapi: { version: '1.0' }, data: [{ id: ORG, type: 'org', attributes }], links: {} });
  } else {
    answer(response, 404, { jsonapi: { version: '1.0' }, errors: [{ status: '404', detail: 'not here' }] });
  }
}

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/vnd.api+json' });
  response.end(JSON.stringify(body));
}

async function control(path, response) {
  if (path === '/_test/expire') {
    for (const id of accessTokens) await (await provider.AccessToken.find(id))?.destroy();
    accessTokens.clear();
  } else if (path === '/_test/end') {
    for (const id of grants) {
      await provider.AccessToken.revokeByGrantId(id);
      await provider.RefreshToken.revokeByGrantId(id);
    }
  }
  answer(response, 200, seen);
}

const oauth = provider.callback();
server.on('request', (request, response) => {
  const { pathname } = new URL(request.url, address);
  const handled = pathname.startsWith('/interaction/') ? interaction(request, response)
    : pathname.startsWith('/rest/') ? api(pathname, request, response)
    : pathname.startsWith('/_test/') ? control(pathname, response)
    : oauth(request, response);
  Promise.resolve(handled).catch((error) => answer(response, 500, { error: String(error) }));
});
console.log(`provider listening on ${address}`);
