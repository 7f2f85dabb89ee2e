import { hash } from 'node:crypto';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Contract, DataOf, Event, Outgoing } from './contract';

const ajv = addFormats(new Ajv({ strict: true, allErrors: false, discriminator: false }), ['date', 'date-time', 'uuid', 'email']);
const validators = new WeakMap<Contract, ValidateFunction>();

/** What a body lacks, in words: the path within `data` and the rule it breaks. */
export interface Invalid {
  readonly path: string;
  readonly rule: string;
}

const inWords = (error: ErrorObject): Invalid => ({ path: error.instancePath || '/', rule: error.message ?? error.keyword });

/** Checks data against its contract; null when it fits, else the first rule it breaks. */
export function invalid(contract: Contract, data: unknown): Invalid | null {
  let validate = validators.get(contract);
  if (!validate) validators.set(contract, (validate = ajv.compile(contract.data)));
  return validate(data) ? null : inWords(validate.errors![0]!);
}

/** The namespace of every id that Emdia derives (uuid v5), so that the same cause always yields the same id. */
export const NAMESPACE = '0b4f6f6e-9c1b-5a3e-8d57-3a1d1f5c7e21';

const SALT = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex');
/** Where names are written behind the namespace, as a buffer of its own for each costs as much as the digest. */
const scratch = Buffer.concat([SALT, Buffer.alloc(4_096)]);
const BYTES_PER_UNIT_MAX = 3;
/** The version 5 variant, 10 in binary, over the first two bits of a hexadecimal digit. */
const VARIANT = '89ab89ab89ab89ab';

/** A UUID derived from its parts (RFC 9562, version 5); the same parts give the same id in every process and at every replay. Throws URIError for half a character. */
export function derivedId(...parts: (string | number)[]): string {
  const name = parts.join('\u001f');
  // Half a character has no bytes: two texts that differ by it alone would get one id.
  if (!name.isWellFormed()) throw new URIError('No id can be derived from half a character.');
  // The uuid package reads the namespace and formats byte by byte: 8 us instead of 1, and every event takes several ids.
  const fits = name.length * BYTES_PER_UNIT_MAX <= scratch.length - SALT.length;
  const hex = hash('sha1', fits ? scratch.subarray(0, SALT.length + scratch.write(name, SALT.length)) : Buffer.concat([SALT, Buffer.from(name)]));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${VARIANT[Number.parseInt(hex[16]!, 16)]}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Makes an outgoing event; throws when the data breaks the contract, which is a defect of the sender. */
export function outgoing<C extends Contract>(
  contract: C,
  event: { id: string; key: string; creditor_id: string; now: Date; data: DataOf<C>; partition?: number },
): Outgoing {
  const wrong = invalid(contract, event.data);
  if (wrong) throw new Error(`${contract.type} would go out invalid: ${wrong.path} ${wrong.rule}`);
  const { id, key, creditor_id, data, partition } = event;
  return { contract, id, key, creditor_id, time: timeOf(event.now), data, ...(partition === undefined ? {} : { partition }) };
}

// Of a batch all events have one time, and writing a date costs more than reading it.
let written = { epochMs: NaN, text: '' };
function timeOf(now: Date): string {
  const epochMs = now.getTime();
  if (written.epochMs !== epochMs) written = { epochMs, text: now.toISOString() };
  return written.text;
}

/** CloudEvents 1.0, structured mode: one JSON text, `traceparent` and `partitionkey` in the body (headers cost four times the encoding). */
export function encode(event: Outgoing, source: string, traceparent?: string): string {
  return JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source: `/emdia/${source}`,
    type: event.contract.type,
    time: event.time,
    datacontenttype: 'application/json',
    partitionkey: event.key,
    creditorid: event.creditor_id,
    // An absent value leaves no field.
    traceparent: traceparent || undefined,
    data: event.data,
  });
}

/** A text that is no CloudEvent at all; `reason` says what is missing. */
export class NotAnEvent extends Error {}

/** Reads a CloudEvent; throws NotAnEvent. Only the envelope is checked: `invalid` checks the data. */
export function decode(text: string): Event {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // What the parser says quotes the body, and this sentence is logged.
    throw new NotAnEvent('The body is not JSON.');
  }
  return eventOf(body);
}

/** The event in a parsed CloudEvents body; throws NotAnEvent. */
export function eventOf(body: unknown): Event {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new NotAnEvent('A CloudEvent is a JSON object.');
  const event = body as Record<string, unknown>;
  if (event.specversion !== '1.0') throw new NotAnEvent('`specversion` must be "1.0".');
  for (const name of ['id', 'source', 'type'] as const) {
    const value = event[name];
    if (typeof value !== 'string' || value === '' || value.length > 200) throw new NotAnEvent(`\`${name}\` must be a text of 1 to 200 characters.`);
  }
  if (typeof event.data !== 'object' || event.data === null || Array.isArray(event.data)) throw new NotAnEvent('`data` must be a JSON object.');
  const text = (name: string) => (typeof event[name] === 'string' ? (event[name] as string) : undefined);
  const traceparent = text('traceparent');
  return {
    id: event.id as string,
    type: event.type as string,
    source: event.source as string,
    key: text('partitionkey') ?? '',
    time: text('time') ?? '',
    creditor_id: text('creditorid') ?? '',
    ...(traceparent ? { traceparent } : {}),
    data: event.data,
  };
}
