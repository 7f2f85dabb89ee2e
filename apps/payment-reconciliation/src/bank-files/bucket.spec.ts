import { Config } from '@emdia/runtime';
import { ACCESS_KEY, type Fault, S3Server, SECRET_KEY } from '../../test/s3-server';
import { Bucket, bucketOf } from './bucket';
import type { Lying } from './places';

const LIMITS = { list_ms: 3_000, read_ms: 3_000 };
const going = new AbortController().signal;

describe('a bucket', () => {
  let server: S3Server;
  beforeEach(async () => {
    process.env.AWS_ACCESS_KEY_ID = ACCESS_KEY;
    process.env.AWS_SECRET_ACCESS_KEY = SECRET_KEY;
    process.env.AWS_EC2_METADATA_DISABLED = 'true';
    server = await new S3Server('returns').open();
  });
  afterEach(() => server.close());

  const bucket = (more: Record<string, string> = {}, limits = LIMITS) =>
    new Bucket(bucketOf(Config.from({ EMDIA_BANK_FILES_BUCKET: 'returns', EMDIA_BANK_FILES_BUCKET_ENDPOINT: server.endpoint, EMDIA_BANK_FILES_BUCKET_PATH_STYLE: 'true', ...more }))!, limits);
  const listed = async (place: Bucket, stopping = going): Promise<Lying[][]> => {
    const parts: Lying[][] = [];
    for await (const part of place.list(stopping)) parts.push([...part]);
    return parts;
  };
  const failing = (...faults: (Fault | null)[]) => (server.fault = () => faults.shift() ?? null);
  const one = async (body = 'A file of 20 bytes. ') => {
    server.put('acme/itau/A.RET', Buffer.from(body));
    return (await listed(bucket()))[0]![0]!;
  };

  it('lists all there is three levels deep, page by page, by any name', async () => {
    for (let n = 0; n < 1_500; n++) server.put(`in/acme/itau/F${String(n).padStart(4, '0')}.RET`, Buffer.from('x'));
    const odd = ['acme/itau/à noite + 1 & <2>%20"\u0001.RET', 'acme/itau/line\r', 'acme/itau/z'];
    const other = ['in/', 'in/acme/itau/', 'in/acme/itau/.half', 'in/.hidden/itau/a', 'in/acme/.old/a', 'in/acme/a', 'in/acme/itau/old/a', 'in/acme//a', 'out/acme/itau/a', 'acme/itau/a'];
    for (const key of [...odd.map((path) => `in/${path}`), ...other]) server.put(key, Buffer.from('xy'));
    const parts = await listed(bucket({ EMDIA_BANK_FILES_BUCKET_PREFIX: '/in/' }));
    expect([parts.length, parts.flat().length, server.asked]).toEqual([2, 1_503, ['list', 'list']]);
    expect(parts.flat().map(({ path }) => path)).toEqual(expect.arrayContaining([...odd, 'acme/itau/F0000.RET', 'acme/itau/F1499.RET']));
    expect(parts.flat().find(({ path }) => path === 'acme/itau/z')).toEqual({ path: 'acme/itau/z', size_bytes: 2, version: '"3e44107170a520582ade522fa73c1d15"', whole: true });
  });

  it('reads what was listed, by any name, and nothing that has changed or gone since', async () => {
    const place = bucket();
    server.put('acme/itau/à noite + 1 & 2.RET', Buffer.from('Olá'));
    const [[file]] = (await listed(place)) as [[Lying]];
    expect((await place.read(file, going))?.toString()).toBe('Olá');
    for (const heeds of [true, false]) {
      server.heedsIfMatch = heeds;
      for (const later of ['Ola!', 'Olá, mundo']) {
        server.put(file.path, Buffer.from(later));
        expect(await place.read(file, going)).toBeNull();
      }
    }
    server.objects.clear();
    expect(await place.read(file, going)).toBeNull();
  });

  it('tells what is wrong without what is secret', async () => {
    process.env.AWS_SECRET_ACCESS_KEY = 'another';
    const refused = await listed(bucket()).catch((error: Error) => error);
    expect(refused).toMatchObject({ message: 'The bucket cannot be read: SignatureDoesNotMatch 403.' });
    const shown = JSON.stringify([refused, Object.getOwnPropertyDescriptors(refused), (refused as Error).stack]);
    for (const secret of [ACCESS_KEY, SECRET_KEY, server.endpoint]) expect(shown).not.toContain(secret);
    process.env.AWS_SECRET_ACCESS_KEY = SECRET_KEY;
    await expect(listed(bucket({ EMDIA_BANK_FILES_BUCKET: 'other' }))).rejects.toThrow('The bucket cannot be read: NoSuchBucket 404.');
    delete process.env.AWS_ACCESS_KEY_ID;
    await expect(listed(bucket())).rejects.toThrow('The bucket cannot be read: CredentialsProviderError.');
  });

  it('refuses at once what is forbidden, and tries three times what may be better soon', async () => {
    failing(403);
    await expect(listed(bucket())).rejects.toThrow('The bucket cannot be read: AccessDenied 403.');
    expect(server.asked).toHaveLength(1);
    failing(500, 503);
    expect(await listed(bucket())).toEqual([[]]);
    failing(500, 500, 500, 500);
    await expect(listed(bucket())).rejects.toThrow('The bucket cannot be read: InternalError 500.');
    expect(server.asked).toHaveLength(1 + 3 + 3);
  });

  it('takes no half of a file, and waits for no answer for ever', async () => {
    const file = await one();
    failing('cut');
    await expect(bucket().read(file, going)).rejects.toThrow(/^The file cannot be read: \S+/);
    for (const fault of ['short', 'long'] as const) {
      failing(fault);
      await expect(bucket().read(file, going)).rejects.toThrow('The file cannot be read: OtherLength.');
    }
    for (const fault of ['stalled', 'silent'] as const) {
      failing(fault);
      await expect(bucket({}, { list_ms: 200, read_ms: 200 }).read(file, going)).rejects.toThrow('The file did not come within 0.2 s.');
    }
    failing('silent');
    await expect(listed(bucket({}, { list_ms: 200, read_ms: 200 }))).rejects.toThrow('The bucket did not come within 0.2 s.');
    expect((await bucket().read(file, going))?.length).toBe(20);
  });

  it('is left at once where the house stops', async () => {
    const file = await one();
    for (const fault of ['stalled', 'silent'] as const) {
      failing(fault);
      const stopping = new AbortController();
      const begun = performance.now();
      setTimeout(() => stopping.abort(), 100);
      await expect(bucket().read(file, stopping.signal)).rejects.toThrow('The file cannot be read');
      expect(performance.now() - begun).toBeLessThan(1_500);
    }
  });

  it('is none where no setting names one', () => {
    expect(bucketOf(Config.from({}))).toBeNull();
    expect(bucketOf(Config.from({ EMDIA_BANK_FILES_BUCKET: 'returns', AWS_REGION: 'sa-east-1' }))).toEqual({ bucket: 'returns', prefix: '', region: 'sa-east-1', endpoint: null, pathStyle: false });
  });
});
