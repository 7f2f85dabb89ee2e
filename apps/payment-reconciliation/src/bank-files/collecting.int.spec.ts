import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock, WallClock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { InProcessBroker } from '@emdia/messaging';
import { Config, type House, run } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { PinoLogger } from 'nestjs-pino';
import { bytesOf, lines400 } from '../../../../libs/bank-files/test/synthetic';
import { ACCESS_KEY, S3Server, SECRET_KEY } from '../../test/s3-server';
import { CREDITOR, NOW } from '../../test/story';
import { paymentReconciliation } from '../index';
import { BankFiles, FILE_BYTES_MAX } from './bank-files';

class HandClock extends Clock {
  now(): Date {
    return NOW;
  }
}

class LateClock extends WallClock {
  lateMs = 0;
  override monotonicMs(): number {
    return super.monotonicMs() + this.lateMs;
  }
}

/** A return that is like no other. */
const fileOf = (n: number) => bytesOf(lines400('237', [{ code: '06', number: String(n).padStart(12, '0'), title: 10_000, paid: 10_000, on: '2026-03-02', due: '2026-03-02', credit: '2026-03-03' }]));

describe('places where files of banks are put down', () => {
  const wall = new LateClock();
  const folder = mkdtempSync(join(tmpdir(), 'emdia-places-'));
  const server = new S3Server('returns');
  const billing = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ customers: [], next_after: null }))).listen(0, '127.0.0.1');
  let test: TestDatabase;
  let house: House;
  let database: Database;
  let told: jest.SpyInstance;

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SECRET_KEY, AWS_EC2_METADATA_DISABLED: 'true' });
    told = jest.spyOn(PinoLogger.prototype, 'error').mockImplementation();
    test = await testDatabase('reconciliation-places');
    await server.open();
    mkdirSync(join(folder, CREDITOR, 'itau'), { recursive: true });
    const config = Config.from({
      DATABASE_URL: test.url, PORT: '0', EMDIA_LOG_LEVEL: 'silent', BILLING_INGESTION_URL: `http://127.0.0.1:${(billing.address() as AddressInfo).port}`, EMDIA_BANK_FILES_FOLDER: folder,
      EMDIA_BANK_FILES_BUCKET: server.bucket, EMDIA_BANK_FILES_BUCKET_ENDPOINT: server.endpoint, EMDIA_BANK_FILES_BUCKET_PATH_STYLE: 'true', EMDIA_BANK_FILES_BUCKET_PREFIX: 'in',
    });
    house = await run([paymentReconciliation], 'in-process', { config, clock: new HandClock(), wall, broker: new InProcessBroker(new WallClock()) });
    database = new Database({ url: test.url, schema: 'reconciliation' });
    await look(0);
  });
  afterAll(async () => {
    told.mockRestore();
    await database?.close();
    await house?.stop();
    server.close();
    billing.close();
    billing.closeAllConnections();
    await test.drop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    // What the test before left is looked at no more, however long its list was.
    server.objects.clear();
    server.told.clear();
    server.fault = () => null;
    await look(60_000);
    server.asked.length = 0;
    told.mockClear();
  });

  /** So much later the sweeps look, as they do every second, and end what they do. */
  const begin = async (laterMs = 10_000) => {
    wall.lateMs += laterMs;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
  };
  const look = async (laterMs?: number) => {
    await begin(laterMs);
    await house.settle();
  };
  const taken = () => database.query<{ name: string; actor: string; status: string }>('select name, actor, status from bank_file order by received_at, name');
  const failing = async () => Number(/^emdia_bank_file_places_failing (\d+)$/m.exec(await (await fetch(`${house.url}/payment-reconciliation/metrics`)).text())![1]);
  const put = (name: string, bytes: Uint8Array) => server.put(`in/${CREDITOR}/itau/${name}`, bytes);

  it('are emptied by reading: each version of a file in a bucket is taken once', async () => {
    put('A.RET', fileOf(1));
    await look();
    await look();
    expect([await taken(), server.asked]).toEqual([[{ name: 'A.RET', actor: 'bucket', status: 'posted' }], ['list', `in/${CREDITOR}/itau/A.RET`, 'list']]);
    put('A.RET', fileOf(2));
    await look();
    await look();
    expect([(await taken()).length, server.asked.length]).toEqual([2, 6]);
  });

  it('hold what can never be taken: it is told of once, and not read', async () => {
    put('empty', new Uint8Array());
    put('long', Buffer.from('x'));
    server.told.set(`in/${CREDITOR}/itau/long`, FILE_BYTES_MAX + 1);
    put('line\nbreak', Buffer.from('x'));
    server.put('in/NOBODY/itau/a', Buffer.from('x'));
    await look();
    expect([server.asked, told.mock.calls]).toEqual([['list'], [[{
      place: 'bucket', count: 4, reasons: [
        'NOBODY/itau/a: the first folder must be named by a creditor id', `${CREDITOR}/itau/empty: the file is empty`, `${CREDITOR}/itau/line\nbreak: its path has control characters`,
        `${CREDITOR}/itau/long: the file has more than 64 MiB`],
    }, expect.any(String)]]]);
    expect(await failing()).toBe(1);
    await look();
    expect([told.mock.calls.length, await failing()]).toEqual([1, 0]);
  });

  it('are read on where one file cannot be, and that one is taken once it can', async () => {
    const before = (await taken()).length;
    put('B.RET', fileOf(3));
    put('C.RET', fileOf(4));
    server.fault = (asked) => (asked.endsWith('B.RET') ? 403 : null);
    await look();
    expect([(await taken()).slice(before).map(({ name }) => name), await failing()]).toEqual([['C.RET'], 1]);
    expect(told.mock.calls).toEqual([[{ place: 'bucket', count: 1, reasons: [`${CREDITOR}/itau/B.RET: The file cannot be read: AccessDenied 403.`] }, expect.any(String)]]);
    server.fault = () => null;
    await look();
    expect([(await taken()).length, await failing()]).toEqual([before + 2, 0]);
  });

  it('keep no other waiting where one does not answer, and operations are told', async () => {
    const before = (await taken()).length;
    server.fault = () => 'silent';
    writeFileSync(join(folder, CREDITOR, 'itau', 'D.RET'), fileOf(5));
    for (let turn = 0; turn < 2; turn++) await begin();
    // The bucket is still being waited for.
    expect([(await taken()).slice(before), told.mock.calls]).toMatchObject([[{ name: 'D.RET', actor: 'folder' }], []]);
    await house.settle();
    expect(told.mock.calls).toEqual([[{ place: 'bucket', count: 1, reasons: ['The bucket did not come within 10 s.'] }, expect.any(String)]]);
    expect(await failing()).toBe(1);
  });

  it('cost one request in ten seconds, however much lies in them', async () => {
    for (let n = 0; n < 2_500; n++) put(`old-${n}`, new Uint8Array());
    await look();
    expect(server.asked).toEqual(['list', 'list', 'list']);
    await look();
    await look();
    expect(server.asked).toHaveLength(3);
    await look();
    expect(server.asked).toHaveLength(6);
  });

  it('lose nothing where the database fails before a file is kept', async () => {
    const before = (await taken()).length;
    put('E.RET', fileOf(6));
    const kept = jest.spyOn(BankFiles.prototype, 'receive').mockRejectedValueOnce(new Error('Connection terminated unexpectedly'));
    await look();
    expect([(await taken()).length, kept.mock.calls.length]).toEqual([before, 1]);
    kept.mockRestore();
    await look();
    expect((await taken()).slice(before)).toMatchObject([{ name: 'E.RET', status: 'posted' }]);
  });
});
