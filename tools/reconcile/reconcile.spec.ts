import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bytesOf, lines400, titlesOf } from '../../libs/bank-files/test/synthetic';

const root = resolve(__dirname, '../..');

describe('npm run reconcile', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'emdia-reconcile-'));
    writeFileSync(join(folder, 'day.ret'), bytesOf(lines400('341', titlesOf('341'))));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['-r', '@swc-node/register', 'tools/reconcile/main.ts', ...args], { cwd: root, env: { ...process.env, INIT_CWD: folder }, encoding: 'utf8' });

  it('prints the report and writes the JSON beside the file, from where the person stands', () => {
    const { status, stdout } = run('day.ret', '--json', 'day.json');
    expect([status, stdout.split('\n')[3]]).toEqual([0, 'Settled: 3 rows, BRL 374.66 paid.']);
    expect(JSON.parse(readFileSync(join(folder, 'day.json'), 'utf8'))).toMatchObject({ kind: 'cnab400', bank: '341', posting: 'ok', totals: { settled_rows: 3, gross_cents: 37_466 } });
  });

  it('writes nothing but JSON to the standard output where that is asked', () => {
    expect(JSON.parse(run('--json', '-', 'day.ret').stdout).rows).toHaveLength(6);
  });

  it('answers for a refused file, and fails for one that is not there or for arguments it does not know', () => {
    writeFileSync(join(folder, 'note.txt'), 'not from a bank');
    expect(run('note.txt').status).toBe(0);
    expect([run('absent.ret').status, run().status, run('a', 'b').status, run('a', '--json').status, run('--help').status]).toEqual([2, 2, 2, 2, 0]);
  });
});
