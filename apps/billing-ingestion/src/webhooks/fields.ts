import { createHash } from 'node:crypto';
import { isUf } from '@emdia/brazil';
import { isCivilDate, localDate } from '@emdia/calendar';
import { CustomerId, Reference } from '@emdia/contracts';
import { parseDecimalToCents } from '@emdia/money';

export type Fields = Readonly<Record<string, unknown>>;

/** A delivery that matters and cannot be told; the message names the field, never a value. */
export class Unmappable extends Error {}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object under a name; empty where there is none, so that what lacks is named where it is needed. */
export const within = (fields: unknown, ...names: string[]): Fields => {
  let found: unknown = fields;
  for (const name of names) found = isFields(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  return isFields(found) ? found : {};
};

/** The objects of a list; none where it is no list. */
export const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

/** A text or number as text; null where it is absent, empty or anything else. */
export function text(fields: Fields, name: string): string | null {
  const value = Object.hasOwn(fields, name) ? fields[name] : null;
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;
}

/** The same, where it may not lack. */
export const required = (fields: Fields, name: string): string => text(fields, name) ?? missing(name);

export const missing = (name: string): never => {
  throw new Unmappable(`\`${name}\` is missing or of another kind.`);
};

const NUMBER = /("(?:[^"\\]|\\.)*")|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A JSON object whose numbers are kept as the texts they were written as: an amount never passes through a float. */
export function exactJson(body: Buffer | string): Fields {
  const read = parsed(parsable(body).replace(NUMBER, (found, quoted?: string) => quoted ?? `"${found}"`));
  return isFields(read) ? read : notJson();
}

/** The same for any JSON value. */
export const exactValue = (body: string): unknown => parsed(parsable(body).replace(NUMBER, (found, quoted?: string) => quoted ?? `"${found}"`));

// What is no JSON before is told so: quoted numbers would make JSON of some of it.
function parsable(body: Buffer | string): string {
  const raw = typeof body === 'string' ? body : body.toString('utf8');
  parsed(raw);
  return raw;
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return notJson();
  }
}

const notJson = (): never => {
  throw new Unmappable('The body is not a JSON object.');
};

/** Cents of a decimal text such as `19.9` or `10.00000`; the sign stays. */
export function decimalCents(amount: string, name: string): number {
  const match = /^(-?\d{1,12})(?:\.(\d{1,2})0*)?$/.exec(amount);
  if (!match) throw new Unmappable(`\`${name}\` is no amount of whole cents.`);
  return parseDecimalToCents(match[2] ? `${match[1]}.${match[2]}` : match[1]!);
}

/** Cents of a text that counts cents. */
export function wholeCents(amount: string, name: string): number {
  if (!/^-?\d{1,12}$/.test(amount)) throw new Unmappable(`\`${name}\` is no whole number of cents.`);
  return Number(amount);
}

/** The instant of epoch seconds. */
export function epochInstant(seconds: string, name: string): Date {
  if (!/^\d{1,11}$/.test(seconds)) throw new Unmappable(`\`${name}\` is no time in epoch seconds.`);
  return new Date(Number(seconds) * 1_000);
}

const WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

/** The instant of a text that says its offset; null for anything else. */
export function offsetInstant(value: string | null): Date | null {
  if (value === null || !WITH_OFFSET.test(value)) return null;
  const instant = new Date(value);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

/** The civil date of a text: a date as it stands, an instant with its offset as the zone's calendar shows it. */
export function civilDate(value: string | null, zone: string, name: string): string {
  if (isCivilDate(value)) return value;
  const instant = offsetInstant(value);
  return instant ? localDate(instant, zone) : missing(name);
}

/** A text that may be quoted as a reference (visible ASCII, at most 80 characters); null where it may not. */
export const reference = (value: string | null): string | null => (value !== null && value.length <= Reference.maxLength! && new RegExp(Reference.pattern!).test(value) ? value : null);

/** The customer's id: the creditor's own where the platform knows it and it fits, else the platform's. */
export function customerId(own: string | null, platforms: string | null, name: string): string {
  const fits = (value: string | null) => (value !== null && new RegExp(CustomerId.pattern!).test(value) ? value : null);
  return fits(own) ?? fits(platforms) ?? missing(name);
}

export interface Contact {
  readonly name?: string | null;
  readonly document?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly state?: string | null;
}

/** What a platform tells of a customer, as far as it fits: a telephone number that is none does not keep an invoice out. */
export function contact({ name, document, email, phone, state }: Contact): Record<'name' | 'document' | 'email' | 'phone' | 'state', string> | Record<string, never> {
  const told = {
    name: name?.trim().slice(0, 200),
    document: document && document.length <= 20 ? document : null,
    email: email && email.length <= 254 && /^[^\s@"<>]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(email) ? email : null,
    phone: e164(phone ?? ''),
    state: isUf(state?.toUpperCase()) ? state!.toUpperCase() : null,
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value)) as Record<string, never>;
}

function e164(phone: string): string | null {
  const digits = phone.replace(/[\s().-]/g, '');
  if (/^\+[1-9]\d{7,14}$/.test(digits)) return digits;
  // Ten or eleven digits are area code and number of Brazil; with 55 before them they are that already.
  return /^[1-9]\d{9,10}$/.test(digits) ? `+55${digits}` : /^55[1-9]\d{9,10}$/.test(digits) ? `+${digits}` : null;
}

/** Fields whose value is null or undefined left out. */
export const present = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], null> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as { [K in keyof T]: Exclude<T[K], null> };

const CODE = /^[!-~]{1,60}$/;

/** What a platform tells of a declined charge, as far as it fits: a code written oddly does not keep the failure out. */
export function decline({ attempt_id, card, brand, category, network_code, advice_code, ...told }: { readonly [name in 'attempt_id' | 'attempted_at' | 'card' | 'rail' | 'brand' | 'category' | 'network_code' | 'advice_code' | 'amount_cents' | 'next_attempt_at' | 'mandate_id' | 'retry_policy']?: string | number | null }) {
  const fits = (value: unknown, pattern: RegExp) => (typeof value === 'string' && pattern.test(value) ? value : null);
  const token = fits(card, /^[!-~]{1,120}$/);
  return present({
    ...told, attempt_id: reference(typeof attempt_id === 'string' ? attempt_id : null), card: token !== null && !/^\d{12,19}$/.test(token) ? token : null,
    brand: fits(typeof brand === 'string' ? brand.toLowerCase() : null, /^(?!unknown$)[a-z0-9_-]{1,20}$/), category, network_code: fits(network_code, CODE), advice_code: fits(advice_code, CODE),
  });
}

/** A code of two characters, as card networks and ABECS have them; a gateway's own words are none. */
export const networkCode = (code: string | null): string | null => (code !== null && /^[0-9A-Z]{2}$/.test(code) ? code : null);

export const short = (value: string | null, length: number): string | null => value?.slice(0, length) ?? null;

/** A stable hash of what makes an event the same one, for platforms that give it no id. */
export const identityOf = (...parts: readonly (string | null)[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
