import { mutated, seeded } from '../../../libs/bank-files/test/mutate';
import { Unmappable } from '../src/webhooks/fields';
import type { Content, Kind } from '../src/webhooks/source';
import { sources } from '../src/webhooks/sources';
import { told } from './webhook-context';
import { DELIVERIES, type Delivery } from './webhook-lives';

const STRANGE = [null, '', ' ', 0, -1, 1e300, 9_007_199_254_740_993, 'x', '-0.00', '129,90', '1e3', '2026-02-30', '\u0000', 'ç'.repeat(500), [], {}, [[]], [null], { id: 1 }, true];
/** A hang, not slowness: others may share the machine. */
const TIME_MS_MAX = 2_000;

type Random = () => number;
const oneOf = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)]!;

/** The value with one thing in it replaced, dropped, doubled or put where another was. */
function changed(value: unknown, random: Random): unknown {
  const inner = Array.isArray(value) || (typeof value === 'object' && value !== null);
  if (!inner || random() < 0.1) return oneOf(STRANGE, random);
  const keys = Object.keys(value);
  if (keys.length === 0) return oneOf(STRANGE, random);
  const key = oneOf(keys, random);
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  const what = random();
  if (what < 0.7) copy[key] = changed(copy[key], random);
  else if (Array.isArray(copy)) copy.splice(Number(key), what < 0.85 ? 1 : 0, ...(what < 0.85 ? [] : [copy[Number(key)]]));
  else if (what < 0.85) delete copy[key];
  else copy[key] = copy[oneOf(keys, random)];
  return copy;
}

function mutate({ body, answers }: Delivery, random: Random): { body: string; answers: Record<string, unknown> } {
  const paths = Object.keys(answers);
  if (paths.length > 0 && random() < 0.6) {
    const path = oneOf(paths, random);
    return { body, answers: { ...answers, [path]: changed(answers[path], random) } };
  }
  const isJson = body.startsWith('{') || body.startsWith('[');
  if (isJson && random() < 0.6) return { body: JSON.stringify(changed(JSON.parse(body), random)), answers };
  return { body: Buffer.from(mutated(Buffer.from(body), random)).toString(), answers };
}

function insist(is: boolean, what: string): void {
  if (!is) throw new Error(what);
}

/** Every number that a text holds, read as cents and as whole units. */
function centsIn(text: string): Set<number> {
  const found = new Set<number>();
  for (const [number] of text.matchAll(/\d+(?:\.\d+)?/g)) for (const factor of [1, 100]) found.add(Math.round(Number(number) * factor));
  return found;
}

/** Whether an amount is one of the numbers that were told, or the sum or difference of two of them. */
function isTold(cents: number, numbers: ReadonlySet<number>): boolean {
  if (numbers.has(cents)) return true;
  for (const number of numbers) if (numbers.has(cents - number) || numbers.has(cents + number)) return true;
  return false;
}

const MONEY = new Set(['upstream.payment-received.v1', 'upstream.payment-refunded.v1', 'upstream.payment-credited.v1']);

/** What the one mapping would be given; `unmappable` is kept and told to a person, `refused` goes to quarantine. */
function outcome(map: () => ReturnType<typeof told>): readonly Content[] | string {
  try {
    const mapped = map();
    if (typeof mapped === 'string') return mapped.split(':')[0]!;
    return 'ask' in mapped ? 'asked' : mapped;
  } catch (error) {
    if (/would not fit/.test((error as Error).message)) return 'refused';
    throw error;
  }
}

function check(kind: Kind, { body, answers }: { body: string; answers: Record<string, unknown> }): string {
  const source = sources[kind];
  const incoming = { headers: { 'stripe-signature': body.slice(0, 80), authorization: body.slice(0, 40), 'x-lago-signature': body.slice(0, 90), 'asaas-access-token': body.slice(0, 20) }, body: Buffer.from(body), urlSecret: body.slice(0, 16) || null };
  insist(!source.verify(incoming, ['a-secret-that-nobody-has-told'], 0), 'a stranger is believed');
  for (const read of [() => source.identify(incoming), () => source.about(incoming.body)])
    try {
      read();
    } catch (error) {
      if (!(error instanceof Unmappable)) throw error;
    }
  const contents = outcome(() => told(source, body, { asks: Object.keys(answers).length > 0, answers }));
  if (typeof contents === 'string') return contents;
  const numbers = centsIn(`${body} ${JSON.stringify(answers)} ${decodeURIComponent(body.replace(/%(?![0-9a-f]{2})/gi, '').replace(/(?:%[89a-f][0-9a-f])+/gi, ''))}`);
  for (const { type, data } of contents) {
    const { amount_cents } = data as { amount_cents?: number };
    if (MONEY.has(type) && amount_cents !== undefined) insist(isTold(amount_cents, numbers), `${type} of ${amount_cents} cents, of which nobody told`);
  }
  return 'told';
}

/** How many inputs ended how, and how long the slowest took. */
export interface WebhookFuzz {
  readonly postings: Record<string, number>;
  readonly slowest_ms: number;
}

/** Maps `inputs` mutations of a platform's deliveries. Error with seed and number of the input for the first on which something does not hold. */
export function fuzzWebhooks(kind: Kind, inputs: number, seed: number): WebhookFuzz {
  const postings: Record<string, number> = {};
  let slowest_ms = 0;
  for (let i = 0; i < inputs; i++) {
    const input = mutate(DELIVERIES[kind][i % DELIVERIES[kind].length]!, seeded(seed * 1_000_003 + i));
    const began = performance.now();
    try {
      const ended = check(kind, input);
      postings[ended] = (postings[ended] ?? 0) + 1;
    } catch (error) {
      throw new Error(`${kind}, seed ${seed}, input ${i}: ${(error as Error).message}`, { cause: error });
    }
    slowest_ms = Math.max(slowest_ms, performance.now() - began);
  }
  if (slowest_ms > TIME_MS_MAX) throw new Error(`${kind}, seed ${seed}: an input took ${slowest_ms.toFixed(0)} ms`);
  return { postings, slowest_ms };
}
