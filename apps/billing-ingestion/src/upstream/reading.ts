import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { documentKind, isUf, personKey } from '@emdia/brazil';
import { isCivilDate, stateOfCity } from '@emdia/calendar';
import {
  CreditorId, CustomerId, derivedId, eventOf, invalid, NotAnEvent, Reference, upstreamContracts,
  type Contract, type UpstreamContent,
} from '@emdia/contracts';
import { clean, ordered } from './clean';
import { wrong, type Wrong } from './reasons';

export const EVENT_BYTES_MAX = 256 * 1024;

/** One event as it came in, by whatever door. */
export interface Arrival {
  /** Whose ids these are: a platform's name, `api:<creditor>` or `file:<creditor>`. */
  readonly origin: string;
  /** The platform whose registration says for whom it may speak; null for a key or a file. */
  readonly platform: string | null;
  /** The one creditor that a key or file may speak for; null: any (platforms by registration, administrators). */
  readonly creditor_id: string | null;
  /** Where it stood: topic/partition/position, or import and row. */
  readonly position: string | null;
  /** Raw text, or what a REST body was parsed into. */
  readonly body: unknown;
  /** True where the CloudEvents id is the sender's identity of the event; resource endpoints and files have none. */
  readonly identified: boolean;
  /** `quarantine` keeps what is refused; `tell` leaves it with the caller, who still has it. */
  readonly refused: 'quarantine' | 'tell';
}

/** Whom and what an event concerns, as far as it can be read, even where the whole does not fit. */
export interface Concerns {
  readonly creditor_id: string | null;
  readonly customer_id: string | null;
  /** Invoice ids, numbers and payment references it names. */
  readonly references: readonly string[];
  readonly payment: { readonly source: string; readonly payment_id: string | null } | null;
}

/** What an arrival says: its content as the contracts know it, or what is wrong with it. */
export type Reading = {
  readonly arrival: Arrival;
  readonly event_id: string;
  readonly event_type: string;
  readonly traceparent?: string;
  /** Keyed hash of the mapped content, or of the raw text where there is none. */
  readonly content_hash: string;
  readonly concerns: Concerns;
} & (
  | {
      readonly content: UpstreamContent;
      /** Keyed hash of the fact alone, without versions and without the contact data that ride along with an invoice. */
      readonly fact_hash: string;
    }
  | { readonly wrong: Wrong }
);

type Fields = Record<string, unknown>;

/** Reads an arrival without looking at any state; pure. */
export function read(arrival: Arrival, installationKey: string): Reading {
  const raw = typeof arrival.body === 'string' ? arrival.body : JSON.stringify(arrival.body);
  const hash = (text: string) => createHmac('sha256', secretOf(installationKey)).update(text).digest('hex');
  const unread = (found: Wrong, event?: { id: string; type: string }, concerns = NOTHING): Reading => ({
    arrival, event_id: event?.id ?? derivedId('unidentified', arrival.origin, createHash('sha256').update(raw).digest('hex')), event_type: event?.type ?? 'unreadable',
    content_hash: hash(raw), concerns, wrong: found,
  });
  if (Buffer.byteLength(raw) > EVENT_BYTES_MAX) return unread(wrong('oversized', `The event has ${Buffer.byteLength(raw)} bytes.`));
  try {
    const event = eventOf(typeof arrival.body === 'string' ? parsed(raw) : arrival.body);
    const data = withCreditor(event.data as Fields, arrival);
    const concerns = concernsOf(event.type, data, installationKey);
    if (isUnstorable(raw)) return unread(wrong('unstorable-text', 'A text holds a NUL character or half a character.'), UNSTORABLE.test(event.id + event.type) ? undefined : event, concerns);
    const mapped = map(event.type, data, installationKey);
    if ('reason' in mapped) return unread(mapped, event, concerns);
    // What was cleaned has its fields in order: its JSON is canonical as it is.
    const { fact, besides } = partsOf(mapped);
    const fact_hash = hash(JSON.stringify(fact));
    return {
      arrival, event_id: event.id, event_type: event.type, concerns, content: mapped, content_hash: hash(fact_hash + JSON.stringify(besides)), fact_hash,
      ...(event.traceparent ? { traceparent: event.traceparent } : {}),
    };
  } catch (error) {
    if (error instanceof NotAnEvent) return unread(wrong('not-an-event', error.message));
    throw error;
  }
}

// Made once: taking the key in anew costs a quarter of the hash.
let secret: { readonly of: string; readonly key: KeyObject } | null = null;
function secretOf(installationKey: string): KeyObject {
  if (secret?.of !== installationKey) secret = { of: installationKey, key: createSecretKey(installationKey, 'utf8') };
  return secret.key;
}

const UNSTORABLE = /[\0\p{Cs}]/u;

/** The fact alone, and what an event says besides: versions, and the contact data that ride along. How the amount of a payment is parted is neither: of two tellings often only one knows it. */
function partsOf({ type, data }: UpstreamContent): { fact: unknown; besides: unknown } {
  const { source_version, occurred_at, customer, charges: _, ...rest } = data as Fields;
  return { fact: customer ? [type, rest, (customer as Fields).customer_id] : [type, rest], besides: [source_version, occurred_at, customer] };
}

const NOTHING: Concerns = { creditor_id: null, customer_id: null, references: [], payment: null };

// The parser's own message quotes the body, which may hold personal data.
function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw new NotAnEvent('The body is not JSON.');
  }
}

// NUL and half surrogates are legal JSON, and refused by PostgreSQL in the middle of a batch. Written anew, JSON escapes exactly these.
const isUnstorable = (raw: string): boolean => raw.includes('\\u') && /(?<!\\)(\\\\)*\\u(0000|d[89a-f])/.test(JSON.stringify(JSON.parse(raw)));

const withCreditor = (data: Fields, { creditor_id }: Arrival): Fields => (creditor_id !== null && data.creditor_id === undefined ? { ...data, creditor_id } : data);

const family = (type: string) => type.replace(/\.v\d+$/, '');
const families = new Set([...upstreamContracts.keys()].map(family));

function map(type: string, data: Fields, installationKey: string): UpstreamContent | Wrong {
  const contract = upstreamContracts.get(type);
  if (!contract)
    return families.has(family(type)) ? wrong('unknown-version', `${type} is a version not known here.`) : wrong('unknown-type', 'No event of this type is taken in.');
  const found = invalid(contract, data);
  if (found) return wrong('contract-violation', `${found.path} ${found.rule}.`);
  const cleaned = pseudonymous(placed(clean(contract.data, data)), installationKey);
  return unfit(contract, cleaned) ?? ({ type, data: cleaned } as UpstreamContent);
}

/** The fields of each type that hold a civil date. */
const dates: ReadonlyMap<string, readonly string[]> = new Map(
  [...upstreamContracts.values()].map(({ type, data }) => [
    type, Object.entries((data as unknown as { properties: Fields }).properties).filter(([, schema]) => (schema as Fields).format === 'date').map(([name]) => name),
  ]),
);

/** Rules that the schema cannot say. */
function unfit(contract: Contract, data: Fields): Wrong | null {
  for (const name of dates.get(contract.type)!)
    if (data[name] !== undefined && !isCivilDate(data[name])) return wrong('contract-violation', `/${name} is no date of the calendar.`);
  const { state, city_code } = ((data.customer as Fields | undefined) ?? data) as { state?: string; city_code?: string };
  if (state !== undefined && !isUf(state)) return wrong('unknown-state', '/state is none of the UFs.');
  if (city_code !== undefined && (stateOfCity(city_code) ?? null) !== (state ?? stateOfCity(city_code))) return wrong('unknown-city', '/city_code is no municipality of the state: give its IBGE code of seven digits, or leave it out.');
  if (family(contract.type) === 'upstream.invoice-amended' && data.due_date === undefined && data.amount_cents === undefined)
    return wrong('contract-violation', 'An amendment names a due date, an amount or both.');
  if (family(contract.type) === 'upstream.payment-received' && data.amount_basis === 'NET' && data.fee_cents === undefined)
    return wrong('contract-violation', 'A net amount needs the fee that was kept, so that what the debtor paid is known.');
  const discounts = ((data.charge_policy as Fields | undefined)?.discounts ?? []) as { until: string; cents?: number; percent?: string }[];
  if (discounts.some(({ until, cents, percent }) => !isCivilDate(until) || (cents === undefined) === (percent === undefined)))
    return wrong('contract-violation', '/charge_policy/discounts names a date of the calendar, and cents or a percentage, each.');
  return null;
}

/** A municipality told without its state tells that, too: else one told before would contradict it. */
function placed(data: Fields): Fields {
  const { state, city_code } = (data.customer as Fields | undefined) ?? data;
  if (typeof city_code !== 'string' || state !== undefined) return data;
  const told = { state: stateOfCity(city_code) };
  return data.customer ? { ...data, customer: { ...data.customer, ...told } } : { ...data, ...told };
}

/** A customer id that is itself a CPF or CNPJ never goes anywhere: its keyed hash takes its place. */
export function pseudonym(customer_id: string, installationKey: string): string {
  // Asked twice of each event, once for whom it concerns and once for its content.
  if (last.customer_id !== customer_id || last.installationKey !== installationKey)
    last = { customer_id, installationKey, pseudonym: documentKind(customer_id) ? `doc-${personKey(customer_id, '', '', installationKey).slice(0, 24)}` : customer_id };
  return last.pseudonym;
}
let last = { customer_id: '', installationKey: '', pseudonym: '' };

function pseudonymous(data: Fields, installationKey: string): Fields {
  const holder = (data.customer as Fields | undefined) ?? data;
  if (typeof holder.customer_id !== 'string') return data;
  const customer_id = pseudonym(holder.customer_id, installationKey);
  if (customer_id === holder.customer_id) return data;
  return data.customer ? { ...data, customer: { ...holder, customer_id } } : { ...data, customer_id };
}

interface TextSchema {
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}
const patterns = new Map<string, RegExp>();
const patternOf = (text: string): RegExp => patterns.get(text) ?? patterns.set(text, new RegExp(text)).get(text)!;
const fits = ({ pattern, minLength = 0, maxLength = Infinity }: TextSchema, value: unknown): string | null =>
  typeof value === 'string' && value.length >= minLength && value.length <= maxLength && (!pattern || patternOf(pattern).test(value)) ? value : null;

/** The id under which a customer is known here; null where the value is none. */
export function customerIdOf(value: unknown, installationKey: string): string | null {
  const customer_id = fits(CustomerId, value);
  return customer_id === null ? null : pseudonym(customer_id, installationKey);
}

function concernsOf(type: string, data: Fields, installationKey: string): Concerns {
  const customer_id = customerIdOf(((data.customer as Fields | null | undefined) ?? data).customer_id, installationKey);
  const references: string[] = [];
  for (const value of [data.invoice_id, data.number, data.reference]) {
    const reference = fits(Reference, value);
    if (reference !== null && !references.includes(reference)) references.push(reference);
  }
  return {
    creditor_id: fits(CreditorId, data.creditor_id),
    customer_id,
    references,
    payment: type.startsWith('upstream.payment-') ? { source: sourceOf(data), payment_id: fits(Reference, data.payment_id) } : null,
  };
}

/** The payment source of a body; `upstream` where it names none. */
export const sourceOf = (data: { source?: unknown }): string => (typeof data.source === 'string' && data.source.length > 0 && data.source.length <= 40 && !UNSTORABLE.test(data.source) ? data.source : 'upstream');

/** JSON with the keys in order, so that equal content has equal text. */
export const canonical = (value: unknown): string => JSON.stringify(ordered(value));
