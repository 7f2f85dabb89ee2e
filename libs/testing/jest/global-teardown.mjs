/** After the last test: what global-setup started is stopped; had the run been killed, its watchdogs would do it. */
export default async function tearDown() {
  await Promise.all(globalThis.emdiaTestServers.map((server) => server.stop()));
}
