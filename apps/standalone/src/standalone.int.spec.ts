import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derivedId } from '@emdia/contracts';
import { fixedPorts, OwnProcess, until } from './scenarios/own-process';

const CREDITOR = 'academia-sol';

describe('the standalone system in its own process', () => {
  let folder: string;
  let url: string;
  let env: Record<string, string>;
  let running: OwnProcess | null = null;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emdia-standalone-'));
    // As root the server runs under another account, which would not get into a private folder.
    chmodSync(folder, 0o755);
    const [port] = await fixedPorts(1);
    url = `http://127.0.0.1:${port}`;
    env = { EMDIA_DATA: join(folder, 'data'), PORT: String(port), EMDIA_LOG_LEVEL: 'error' };
  });
  afterAll(async () => {
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(): Promise<OwnProcess> {
    running = new OwnProcess('apps/standalone/src/main.ts', env);
    await running.ready(`${url}/health/ready`);
    await until('it has said where it runs', 5_000, () => running!.output.includes('health '));
    return running;
  }

  /** The servers on this folder, by process number; a child that was forked just now still looks like its parent. */
  function servers(): string[] {
    const lines = spawnSync('ps', ['-ww', '-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).stdout.split('\n');
    const found = lines.filter((line) => /bin\/postgres /.test(line) && line.includes(join(folder, 'data', 'postgres'))).map((line) => line.trim().split(/\s+/));
    return found.filter(([, parent]) => !found.some(([pid]) => pid === parent)).map(([pid]) => pid!);
  }

  async function call<T>(key: string, method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'x-emdia-creditor': CREDITOR, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  it('names a setting that is wrong, and shows no key that a failed start would lose', async () => {
    const wrong = new OwnProcess('apps/standalone/src/main.ts', { ...env, EMDIA_CLOCK: 'yesterday' });
    expect([await wrong.ended, wrong.output]).toEqual([78, expect.stringContaining('EMDIA_CLOCK is "yesterday"')]);
    const failed = new OwnProcess('apps/standalone/src/main.ts', { ...env, DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' });
    expect([await failed.ended, failed.output]).toEqual([1, expect.not.stringContaining('API key')]);
  }, 30_000);

  it('keeps data and key through a kill, and stops when asked', async () => {
    const first = await start();
    const key = /shown this once: (emdia_\S+)/.exec(first.output)![1]!;
    expect(servers()).toHaveLength(1);
    await call(key, 'PUT', `/v1/creditors/${CREDITOR}`, { name: 'Academia Sol Ltda', document: '11222333000181', address: 'Rua das Flores 10, São Paulo, SP' });
    const invoice = { invoice_id: 'inv-1', issue_date: '2026-03-01', due_date: '2026-03-20', amount_cents: 12_345, currency: 'BRL', customer: { customer_id: 'ana', name: 'Ana Lima', email: 'ana@cliente.invalid', state: 'SP' } };
    await call(key, 'POST', '/v1/invoices', invoice);
    // At once: the invoice was accepted, and need not have gone further than billing's outbox.
    await first.kill();

    const second = await start();
    expect(second.output).not.toMatch(/emdia_|API key/);
    expect(servers()).toHaveLength(1);
    await until('the receivable is there', 10_000, async () => {
      const { open_cents } = await call<{ open_cents: number }>(key, 'GET', `/v1/receivables/${derivedId('receivable', CREDITOR, 'inv-1')}`);
      expect(open_cents).toBe(12_345);
      return true;
    });
    const { code, ms } = await second.stop();
    expect([code, second.output]).toEqual([0, expect.not.stringContaining('did not stop cleanly')]);
    expect(ms).toBeLessThan(10_000);
    expect(servers()).toEqual([]);
  }, 60_000);
});
