import * as fc from 'fast-check';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import { arrayLiteral, type Cell } from './array-literal';
import { column, textColumn } from './column';

describe('a column', () => {
  let test: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    test = await testDatabase('column');
    client = new Client({ connectionString: test.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await test.drop();
  });
  const read = async (type: string, parameter: unknown): Promise<unknown[]> => (await client.query(`select $1::${type}[] as read`, [parameter])).rows[0].read;
  const itself = <V>(value: V): V => value;

  it('gives Postgres every text as it was, the awkward ones too', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('\0')),
      fc.constantFrom('', 'null', 'NULL', 'Null', '{}', '{a,b}', ',', '"', '\\', '\\"', ' x ', '\n', '\t"', '\u007f', '\u2028', '😀"', '{"a":"\\n"}', "it's", 'a,b', '-', '+1', 'a@b.c'),
    );
    const cells = fc.array(fc.option(text));
    await fc.assert(fc.asyncProperty(cells, async (each) => {
      expect(await read('text', arrayLiteral(each))).toEqual(each);
      expect(await read('text', textColumn(each, itself))).toEqual(each);
    }), { numRuns: 300 });
  });

  it('gives Postgres JSON as it was, of any size and in any number', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.option(fc.dictionary(fc.string().filter((name) => !name.includes('\0')), fc.constantFrom(1, null, 'ã "x"', [true, {}])))), async (each) => {
      expect(await read('jsonb', column('jsonb', each, itself))).toEqual(each);
    }), { numRuns: 100 });
    const large = Array.from({ length: 40 }, (_, n) => ({ text: 'é'.repeat(n * 2_000) }));
    for (const each of [large, large.slice(0, 2), []]) expect(await read('jsonb', column('jsonb', each, itself))).toEqual(each);
  });

  it('is not written over by the next, since it may wait to be sent', async () => {
    const [first, second] = [textColumn(['one two', 'three'], itself), textColumn(['four', 'five six'], itself)];
    expect([await read('text', first), await read('text', second)]).toEqual([['one two', 'three'], ['four', 'five six']]);
  });

  it('has a text refused that Postgres cannot hold, as a literal has', async () => {
    for (const parameter of [textColumn(['a\0b'], itself), arrayLiteral(['a\0b'])]) await expect(read('text', parameter)).rejects.toMatchObject({ code: '22021' });
  });

  it('writes numbers, booleans, instants and JSON as their types read them', async () => {
    const at = new Date('2026-02-02T15:00:00.123Z');
    const { rows } = await client.query('select $1::bigint[]::text[] as n, $2::boolean[] as b, $3::timestamptz[] as t, $4::jsonb[] as j, $5::text[] as x', [
      column('bigint', [1, -2, 9_007_199_254_740_991, null], itself), column('boolean', [true, false, undefined], itself), column('timestamptz', [at], itself),
      column('jsonb', [[{ a: 'x "y" \\ z' }], { b: [1] }], itself), column<Cell>('text', [1, true, at], itself),
    ]);
    expect(rows[0]).toEqual({ n: ['1', '-2', '9007199254740991', null], b: [true, false, null], t: [at], j: [[{ a: 'x "y" \\ z' }], { b: [1] }], x: ['1', 'true', at.toISOString()] });
  });

  it('takes a column out of rows', async () => {
    expect(await read('text', textColumn([{ name: 'a b' }, { name: null }], ({ name }) => name))).toEqual(['a b', null]);
  });
});
