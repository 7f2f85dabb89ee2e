import { createHmac } from 'node:crypto';
import { lookup as resolveName, type LookupOneOptions } from 'node:dns';
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** What came of one call: `again` says whether another may fare better. */
export type Called = { readonly accepted: true } | { readonly accepted: false; readonly said: string; readonly again: boolean };

const TIMEOUT_MS = 5_000;
/** Statuses of 4xx that say "not now". */
const NOT_NOW = new Set([408, 425, 429]);

/** The signature of a body at a time (epoch seconds) by each secret: HMAC-SHA-256 over `<t>.<body>` in hex; two secrets while one takes the other's place. */
export const signature = (body: string, secrets: readonly string[], epoch_s: number): string =>
  [`t=${epoch_s}`, ...secrets.map((secret) => `v1=${createHmac('sha256', secret).update(`${epoch_s}.${body}`).digest('hex')}`)].join(',');

const INSIDE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 3],
] as const) INSIDE.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [['::', 127], ['64:ff9b::', 96], ['fc00::', 7], ['fe80::', 10], ['ff00::', 8]] as const) INSIDE.addSubnet(net, bits, 'ipv6');

/** Whether an address is of a network of ours, where a stranger must not have us call. */
export function isInside(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return INSIDE.check(mapped ?? address, isIP(mapped ?? address) === 6 ? 'ipv6' : 'ipv4');
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Why nobody may be called at an address; null where they may: https, and in development plain http to this machine. */
export function refusalOf(address: string, production: boolean): string | null {
  if (!URL.canParse(address)) return 'The address cannot be read. Give one such as https://api.example.com/emdia.';
  const { protocol, hostname, username, password, hash } = new URL(address);
  if (username || password || hash) return 'Leave credentials and fragment out of the address: the signature says who calls.';
  if (!production && LOOPBACK.has(hostname) && (protocol === 'http:' || protocol === 'https:')) return null;
  if (protocol !== 'https:') return 'Give an address that begins with https://.';
  const host = hostname.replace(/^\[|\]$/g, '');
  if (LOOPBACK.has(hostname) || (isIP(host) && isInside(host))) return 'Give an address that can be reached from everywhere, not one inside a network.';
  return null;
}

/** Names are looked up when they are called, so that one that has come to mean this network is found out. */
const outside: LookupFunction = (hostname, options, done) =>
  resolveName(hostname, options as LookupOneOptions, (error, address, family) => {
    const found = (Array.isArray(address) ? address : [{ address }]) as unknown as { address: string }[];
    if (!error && found.some((each) => isInside(each.address))) return done(Object.assign(new Error('inside'), { code: 'EINSIDE' }), '', 0);
    done(error, address, family);
  });

/** Posts a body to an address; never rejects. Redirects are not followed, and what the other end answers is not kept. */
export function post(address: string, headers: Readonly<Record<string, string>>, body: string): Promise<Called> {
  const url = new URL(address);
  const call = url.protocol === 'https:' ? https : http;
  const lookup = LOOPBACK.has(url.hostname) ? {} : { lookup: outside };
  return new Promise((resolve) => {
    const failed = (said: string, again = true) => resolve({ accepted: false, said, again });
    const sent = call(url, { method: 'POST', ...lookup, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS), headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      if (status >= 200 && status < 300) resolve({ accepted: true });
      else failed(`answered ${status}`, status >= 500 || NOT_NOW.has(status));
    });
    sent.on('error', ({ name, code }: Error & { code?: string }) =>
      (code === 'EINSIDE' ? failed('its name leads into a network of ours', false) : failed(name === 'TimeoutError' || name === 'AbortError' ? `no answer within ${TIMEOUT_MS} ms` : `not reached (${code ?? 'error'})`)));
    sent.end(body);
  });
}
