import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const LOADED = `console.log(Object.keys(require.cache).filter((path) => /node_modules.(typescript|@swc)/.test(path)).length);`;

describe('services that were compiled before', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'compiled-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (program: string) => {
    const { stdout, stderr } = spawnSync(process.execPath, ['-r', './libs/runtime/compiled.cjs', '-e', program], { cwd: root, env: { ...process.env, EMDIA_COMPILED: folder }, encoding: 'utf8' });
    return { stdout: stdout.trim(), stderr };
  };
  const read = 'require("./libs/bank-files/src/index.ts")';

  it('are compiled once, and then run without a compiler in memory', () => {
    expect(Number(run(`${read}; ${LOADED}`).stdout)).toBeGreaterThan(0);
    const kept = readdirSync(folder).sort();
    expect(kept.length).toBeGreaterThan(20);
    expect(run(`${read}; ${LOADED}`)).toEqual({ stdout: '0', stderr: '' });
    expect(readdirSync(folder).sort()).toEqual(kept);
  });

  it('say where something went wrong in what people wrote', () => {
    const line = readFileSync(join(root, 'libs/bank-files/src/decode.ts'), 'utf8').split('\n').findIndex((each) => each.includes('of parts()')) + 1;
    expect(run(`${read}.openBankFile(null).next()`).stderr).toContain(`libs/bank-files/src/decode.ts:${line}:`);
    expect(run('class Odd extends Error {}; throw Object.assign(new Odd("it is odd"), { name: "Odd" })').stderr).toContain('it is odd\n    at ');
  });
});
