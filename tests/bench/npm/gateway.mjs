// An API gateway as it is usually written with Express: a session in a cookie, and the API behind
// it with the session's token.
//
// Configured by variables: PORT, UPSTREAM, CERTIFICATE (the file of the only trusted certificate, if
// the upstream is reached over TLS).

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

import express from 'express';
import session from 'express-session';
import { createProxyMiddleware } from 'http-proxy-middleware';

const { CERTIFICATE, PORT, UPSTREAM } = process.env;
const keep = { keepAlive: true, maxSockets: Infinity };
const agent = CERTIFICATE ? new https.Agent({ ...keep, ca: readFileSync(CERTIFICATE) }) : new http.Agent(keep);

const app = express();
app.disable('x-powered-by');
app.use(session({
  secret: 'only for benchmarks',
  resave: false,
  saveUninitialized: false,
  cookie: { httpOnly: true, sameSite: 'lax' },
}));
app.post('/login', (request, response) => {
  request.session.token = 'a'.repeat(800);
  response.status(204).end();
});
app.use((request, response, next) => {
  if (request.session.token) next();
  else response.status(401).end();
});
app.use(createProxyMiddleware({
  target: UPSTREAM,
  changeOrigin: true,
  agent,
  on: {
    proxyReq(outgoing, request) {
      outgoing.removeHeader('cookie');
      outgoing.setHeader('authorization', `Bearer ${request.session.token}`);
    },
  },
}));
app.listen(Number(PORT), '127.0.0.1');
