import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { upstreamContracts } from '@emdia/contracts';
import fc from 'fast-check';
import { clean, ordered } from './clean';
import { canonical } from './reading';

/** An upstream body that fits as far as kinds go: fields right or surplus, in any order, on every level. */
const names = [...upstreamContracts.values()].flatMap(({ data }) => Object.keys((data as unknown as { properties: object }).properties));
// TypeBox lets through what every object has by its prototype (valueOf, __proto__); here it is surplus like any other name.
const surplus = fc.string().filter((name) => !(name in {}));
const flat = fc.dictionary(fc.oneof(fc.constantFrom('customer_id', 'email', 'rail', 'code', 'fine_percent', 'accrual_start'), surplus), fc.oneof(fc.string(), fc.integer()));
const shaped = { customer: flat, charge_policy: fc.option(flat), instruments: fc.array(flat) };
const body = fc
  .tuple(fc.dictionary(fc.oneof(fc.constantFrom(...names), surplus), fc.oneof(fc.string(), fc.integer())), fc.record(shaped, { requiredKeys: [] }), fc.boolean())
  .map(([fields, inner, first]) => (first ? { ...inner, ...fields, ...inner } : { ...fields, ...inner }));

describe('clean', () => {
  it('keeps and leaves out what TypeBox does, for every upstream contract, and its JSON is canonical', () => {
    fc.assert(
      fc.property(fc.constantFrom(...upstreamContracts.keys()), body, (type, data) => {
        const schema = upstreamContracts.get(type)!.data;
        const before = JSON.stringify(data);
        const cleaned = clean(schema, data);
        expect(cleaned).toEqual(Value.Clean(schema, structuredClone(data)));
        expect(JSON.stringify(cleaned)).toBe(canonical(cleaned));
        expect(JSON.stringify(data)).toBe(before);
      }),
    );
  });

  it('takes schemas that are neither object, list nor scalar as TypeBox does', () => {
    const schema = Type.Object({ any: Type.Union([Type.Object({ b: Type.Number(), a: Type.Number() }), Type.String()]) });
    expect(JSON.stringify(clean(schema, { any: { b: 1, a: 2 }, more: true }))).toBe('{"any":{"a":2,"b":1}}');
  });

  it('has no field from a prototype', () => {
    expect(clean(Type.Object({ constructor: Type.Optional(Type.String()) }), {})).toEqual({});
  });
});

it('ordered puts the fields of every object in order, and keeps that of lists', () => {
  expect(JSON.stringify(ordered({ b: [{ d: 1, c: [2, 1] }], a: null }))).toBe('{"a":null,"b":[{"c":[2,1],"d":1}]}');
});
