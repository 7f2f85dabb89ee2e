import fc from 'fast-check';
import { resolved, type Document, type Parameter, type Schema } from './rest-operations';

/** Stands in every text that is made up here, so that it can be looked for where it must not be. */
export const MARKER = 'Segredo da Ana';

const LONG = `${MARKER} `.repeat(3_000);

/** What no careful caller sends. */
const nastyTexts = ['', ' ', MARKER, `${MARKER}\u0000`, `${MARKER}\ud800`, '\udfff', LONG, '2026-02-30', '0000-00-00', '9999-12-31', '-1', '1e400', 'null', '../..', "';--", '%', '__proto__', '𝒳💸', 'ana@cliente.invalid'];
const nasty = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 0.5, -0.0001, 2 ** 53 + 2, 1e308, -(2 ** 63), [], {}, [[]], [null], { [MARKER]: MARKER }, { length: 3 }),
  fc.constantFrom<unknown>(...nastyTexts),
  fc.string({ unit: 'grapheme', maxLength: 90 }),
  fc.integer(),
);

/** Ids and dates that this house knows, by the name of the field. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

const withForbiddenKey = (value: unknown, key: string): unknown => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, [key]: { polluted: true } } : value);

/** Values of a schema; about one in eight is something else. */
export function valuesOf(given: Schema, document: Document, known: Known, name = ''): fc.Arbitrary<unknown> {
  const schema = resolved(given, document);
  const options: { weight: number; arbitrary: fc.Arbitrary<unknown> }[] = [
    { weight: 4, arbitrary: fittingValues(schema, document, known) },
    { weight: 1, arbitrary: nasty },
  ];
  if (known[name]) options.push({ weight: 5, arbitrary: fc.constantFrom(...known[name]) });
  return fc.oneof(...options);
}

function fittingValues(schema: Schema, document: Document, known: Known): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const either = schema.oneOf ?? schema.anyOf;
  if (either) return fc.oneof(...either.map((each) => fittingValues(resolved(each, document), document, known)));
  switch (schema.type) {
    case 'string':
      return texts(schema);
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -1000, max: Math.min(schema.maximum ?? 1_000_000, 2 ** 31 - 1) });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, document, known), { minLength: schema.minItems ?? 0, maxLength: Math.max(schema.minItems ?? 0, 3) });
    case 'object':
      return objects(schema, document, known);
    default:
      return nasty;
  }
}

function objects({ properties = {}, required = [] }: Schema, document: Document, known: Known): fc.Arbitrary<unknown> {
  const parts = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, valuesOf(inner, document, known, name)]));
  const whole = fc.record(parts, { requiredKeys: required.filter((name) => name in parts) });
  return fc.oneof(
    { weight: 12, arbitrary: whole },
    { weight: 1, arbitrary: fc.record(parts, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.tuple(whole, fc.constantFrom('surplus', 'constructor', 'toString', '__proto__', MARKER, '\u0000')).map(([value, key]) => withForbiddenKey(value, key)) },
  );
}

function texts({ format, pattern, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date') return fc.date({ min: new Date('2025-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
  if (format === 'date-time') return fc.date({ min: new Date('2025-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'email') return fc.constantFrom('ana@cliente.invalid', 'x@y.invalid');
  // What a pattern forbids is not generated and then left out, for which there is no generator.
  if (pattern) return fc.stringMatching(new RegExp(pattern.replace(/\(\?![^)]*\)/g, ''))).filter((text) => text.length >= minLength && new RegExp(pattern).test(text));
  return fc.string({ minLength, maxLength: Math.min(maxLength, 200) });
}

/** Parts of an address, encoded; some in ways that nobody should. */
export const pathParts = ({ name, schema }: Parameter, document: Document, known: Known): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: valuesOf(schema, document, known, name).map((value) => encoded(String(value).slice(0, 400)) || '%20') },
    { weight: 1, arbitrary: fc.constantFrom('%00', '%ff', '%', '%E0%A4%A', 'a%2Fb', '%2e%2e', "'", 'null', 'undefined', encodeURIComponent(MARKER)) },
  );

/** Percent-encoding that takes lone surrogates too. */
export const encoded = (text: string): string => encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));

/** A value that fits, the same every time: the example where one is told. */
export function sampleOf(given: Schema, document: Document): unknown {
  const schema = resolved(given, document);
  if (schema.example !== undefined) return schema.example;
  if (schema.enum) return schema.enum[0];
  const either = schema.oneOf ?? schema.anyOf;
  if (either) return sampleOf(either[0]!, document);
  if (schema.type === 'object') return Object.fromEntries((schema.required ?? []).map((name) => [name, sampleOf(schema.properties![name]!, document)]));
  if (schema.type === 'array') return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items!, document));
  return fc.sample(fittingValues(schema, document, {}), { numRuns: 1, seed: 1 })[0];
}
