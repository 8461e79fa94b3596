// An HTTPS server by Node.js's own TLS with a self-signed certificate, like that of a company's
// gateway that intercepts TLS.
//
// Configured by variables: CERTIFICATE, KEY. Prints `tls listening on https://…`. Answers every
// request with `{}`.
import { createServer } from "node:https";

const { CERTIFICATE: cert, KEY: key } = process.env;
const server = createServer({ cert, key }, (request, response) => {
  response.setHeader("content-type", "application/json");
  response.end("{}");
});
server.listen(0, "127.0.0.1", () => {
  console.log(`tls listening on https://127.0.0.1:${server.address().port}`);
});
