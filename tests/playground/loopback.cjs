// Loaded into the Playground before its own code: it listens on this machine alone and reaches nothing beyond it.
// Whatever it would have reached is named on standard error, in a line that begins with "outside: ".
"use strict";
const net = require("node:net");

const HERE = new Set(["127.0.0.1", "::1", "localhost"]);

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return typeof port === "number" ? listen.call(this, port, "127.0.0.1", ...rest) : listen.call(this, port, ...rest);
};

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  const to = typeof first === "object" ? first : { port: first, host: typeof second === "string" ? second : undefined };
  const host = to.host ?? "localhost";
  if (to.path || HERE.has(host)) return connect.apply(this, given);
  process.stderr.write(`outside: ${host}\n`);
  process.nextTick(() => this.destroy(new Error(`not on this machine: ${host}`)));
  return this;
};
