import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const good = {
  broker: 'kafka', seed: 3, book: { customers: 50, invoices: 149 }, seconds: 9.5,
  ledger: { invoiced_cents: 900, received_cents: 800, settled_cents: 790, open_cents: 110, unapplied_cents: 10 },
  contacts: [{ step: 'D-3', count: 40 }],
  laws: [1, 2, 3, 4, 5].map((law) => ({ law, name: `law ${law}`, checked: 7, violations: 0 })),
};
const lawsWith = (change: object) => ({ ...good, laws: good.laws.map((row) => (row.law === 2 ? { ...row, ...change } : row)) });

describe('check-demo', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'emdia-check-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  function check(result: object) {
    const file = path.join(folder, 'demo.json');
    fs.writeFileSync(file, JSON.stringify(result));
    return spawnSync(process.execPath, [path.join(__dirname, 'check-demo.mjs'), file, 'kafka', '3'], { encoding: 'utf8' });
  }

  it('lets a run pass in which every law was checked and none violated', () => {
    expect(check(good)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['a violation', lawsWith({ violations: 1 }), 'law 2 (law 2) has 1 violations'],
    ['a law checked on nothing', lawsWith({ checked: 0 }), 'checked of law 2 (law 2) is 0'],
    ['violations that nobody counted', lawsWith({ violations: undefined }), 'has undefined violations'],
    ['a law that is missing', { ...good, laws: good.laws.slice(1) }, 'law 1 is not in the table'],
    ['another broker', { ...good, broker: 'in-process' }, 'it ran on in-process, not on kafka'],
    ['another seed', { ...good, seed: 4 }, 'its seed was 4, not 3'],
    ['nobody contacted', { ...good, contacts: [] }, 'the number of contacts is 0'],
    ['an empty book', { ...good, book: { customers: 50, invoices: 0 } }, 'book.invoices is 0'],
    ['nothing at all', {}, 'law 5 is not in the table'],
  ])('stops %s', (_, result, complaint) => {
    const { status, stderr } = check(result);
    expect({ status, found: stderr.includes(complaint), stderr }).toMatchObject({ status: 1, found: true });
  });
});
