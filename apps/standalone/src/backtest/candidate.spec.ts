import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_REGUAS, defaultPolicy } from '@emdia/regua';
import { BadArguments } from '../demo/arguments';
import { readArguments } from './arguments';
import { candidatesOf, RefusedCandidate } from './candidate';

describe('the réguas to be tried', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emdia-backtest-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const document = defaultPolicy('esquecido').document;

  it('are those of the house for everybody, under the version after its own', () => {
    const [first, ...others] = candidatesOf(DEFAULT_REGUAS);
    expect(first).toMatchObject({ label: 'esquecido', from: 'house', version: 'esquecido-1', document: { regua: 'esquecido', version: 2 } });
    expect(others).toHaveLength(5);
    for (const each of others) expect(each.document.for).toBeUndefined();
  });

  it('are documents of files, and twice the same has two names', () => {
    const mine = file('minha.yaml', JSON.stringify({ ...document, regua: 'minha', version: 7 }));
    expect(candidatesOf([mine, mine]).map(({ label, version, document: { version: published } }) => [label, version, published])).toEqual([['minha.yaml', 'minha-7', 1], ['minha.yaml again', 'minha-7', 1]]);
  });

  it('are refused with the findings of lint, or of the reader', () => {
    const endless = file('endless.yaml', JSON.stringify({ ...document, steps: document.steps.slice(0, 2) }));
    expect(() => candidatesOf(['esquecido', endless])).toThrow(RefusedCandidate);
    expect(() => candidatesOf([endless])).toThrow(/endless\.yaml must not be followed:\n[^]*refuse ladder-without-end/);
    const shouting = file('shout.yaml', 'regua: grita\nversion: 1\nname: Grita\n');
    expect(() => candidatesOf([shouting])).toThrow(/refuse schema[^]*steps/);
    expect(() => candidatesOf(['nobody'])).toThrow(BadArguments);
  });
});

describe('the command line', () => {
  it('tries every régua of the house against the first, or one against another', () => {
    expect(readArguments([])).toMatchObject({ reguas: DEFAULT_REGUAS, svg: 'backtest.svg', json: undefined });
    expect(readArguments(['--regua', 'a.yaml'])!.reguas).toEqual(['esquecido', 'a.yaml']);
    expect(readArguments(['--regua', 'a.yaml', '--against', 'dificuldade', '--json', 'out.json'])).toMatchObject({ reguas: ['dificuldade', 'a.yaml'], svg: 'out.svg' });
    expect(readArguments(['--json', 'out.json', '--svg', 'x.svg'])!.svg).toBe('x.svg');
    expect(readArguments(['--help'])).toBeNull();
  });
  it.each([[['--against', 'a']], [['--customers', '0']], [['--columns', 'm.json']], [['stray']]])('refuses %j', (argv) => {
    expect(() => readArguments(argv)).toThrow(BadArguments);
  });
});
