// A server of HTTPS with a certificate that no authority signed, by Node.js's own TLS: what a company's
// gateway shows that opens TLS on the way.
//
// Told by variables: CERTIFICATE, KEY. Prints `tls listening on https://…`. Answers `{}` to everything.
import { createServer } from "node:https";

const { CERTIFICATE: cert, KEY: key } = process.env;
const server = createServer({ cert, key }, (request, response) => {
  response.setHeader("content-type", "application/json");
  response.end("{}");
});
server.listen(0, "127.0.0.1", () => {
  console.log(`tls listening on https://127.0.0.1:${server.address().port}`);
});
