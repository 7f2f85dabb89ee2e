import * as fc from 'fast-check';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import { arrayLiteral, columnLiteral } from './array-literal';

describe('an array literal', () => {
  let test: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    test = await testDatabase('array-literal');
    client = new Client({ connectionString: test.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await test.drop();
  });
  const texts = async (literal: string): Promise<unknown[]> => (await client.query('select $1::text[] as read', [literal])).rows[0].read;

  it('gives Postgres every text as it was, the awkward ones too', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('\0')),
      fc.constantFrom('', 'null', 'NULL', 'Null', '{}', '{a,b}', ',', '"', '\\', '\\"', ' x ', '\n', '\t"', '\u007f', '\u2028', '😀"', '{"a":"\\n"}', "it's", 'a,b', '-', '+1', 'a@b.c'),
    );
    await fc.assert(fc.asyncProperty(fc.array(fc.option(text)), async (cells) => expect(await texts(arrayLiteral(cells))).toEqual(cells)), { numRuns: 300 });
  });

  it('writes numbers, booleans, instants and JSON as their types read them', async () => {
    const at = new Date('2026-02-02T15:00:00.123Z');
    const { rows } = await client.query('select $1::bigint[]::text[] as n, $2::boolean[] as b, $3::timestamptz[] as t, $4::jsonb[] as j', [
      arrayLiteral([1, -2, 9_007_199_254_740_991, null]), arrayLiteral([true, false, undefined]), arrayLiteral([at]), arrayLiteral([[{ a: 'x "y" \\ z' }], { b: [1] }]),
    ]);
    expect(rows[0]).toEqual({ n: ['1', '-2', '9007199254740991', null], b: [true, false, null], t: [at], j: [[{ a: 'x "y" \\ z' }], { b: [1] }] });
  });

  it('takes a column out of rows', async () => {
    expect(await texts(columnLiteral([{ name: 'a b' }, { name: null }], ({ name }) => name))).toEqual(['a b', null]);
  });
});
