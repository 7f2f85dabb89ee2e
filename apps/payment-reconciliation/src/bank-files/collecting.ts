import { Injectable } from '@nestjs/common';
import { Clock, WallClock } from '@emdia/clock';
import { CreditorId } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Config, Metrics, type Sweep, Sweeps } from '@emdia/runtime';
import { PinoLogger } from 'nestjs-pino';
import { BankFiles, FILE_BYTES_MAX } from './bank-files';
import { Folder, type Lying, type Place } from './places';

const LOOK_WAIT_MS = 10_000;
const CREDITOR = new RegExp(CreditorId.pattern!);

/** What cannot be taken from where it lies: in words, for the log. */
function unfit({ path, size_bytes }: Lying): string | null {
  const [creditor = '', source = '', name = ''] = path.split('/');
  if (!CREDITOR.test(creditor)) return 'the first folder must be named by a creditor id';
  if (source.length > 40) return 'the second folder must be named by a payment source, of at most 40 characters';
  if (name.length > 200) return 'the file has a name of more than 200 characters';
  if (size_bytes === 0) return 'the file is empty';
  return size_bytes > FILE_BYTES_MAX ? `the file has more than ${FILE_BYTES_MAX / 2 ** 20} MiB` : null;
}

/** Looks at the places where files of banks are put down, and takes each version of each file once. */
@Injectable()
export class Collecting implements Sweep {
  readonly name = 'bank-file-places';
  private readonly places: readonly Place[];
  private readonly failures;
  private readonly seenBefore = new Map<string, string>();
  private nextAtMs = 0;

  constructor(
    private readonly files: BankFiles,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly logger: PinoLogger,
    config: Config,
    sweeps: Sweeps,
    metrics: Metrics,
  ) {
    const folder = config.env('EMDIA_BANK_FILES_FOLDER');
    this.places = folder ? [new Folder(folder)] : [];
    this.failures = metrics.counter('emdia_bank_file_place_failures_total', 'Looks at a place of bank files that failed.', ['place']);
    if (this.places.length > 0) sweeps.register(this);
  }

  async nextDueAt(): Promise<Date | null> {
    return null;
  }

  async run(): Promise<number> {
    if (this.wall.monotonicMs() < this.nextAtMs) return 0;
    this.nextAtMs = this.wall.monotonicMs() + LOOK_WAIT_MS;
    for (const place of this.places) {
      try {
        await this.look(place);
      } catch (error) {
        // The other places are looked at all the same; what this one holds back is not covered, so that nobody is asked for it.
        this.failures.inc({ place: place.name });
        this.logger.error({ err: error, place: place.name }, 'A place of bank files cannot be looked at.');
      }
    }
    return 0;
  }

  private async look(place: Place): Promise<void> {
    const lying = await place.list();
    const rows = await this.database.query<{ path: string; version: string }>('select path, version from bank_file_collected where place = $1 and path = any($2::text[])', [place.name, lying.map(({ path }) => path)]);
    const collected = new Set(rows.map(({ path, version }) => `${path} ${version}`));
    for (const file of lying) if (!collected.has(`${file.path} ${file.version}`) && this.isWhole(place, file)) await this.collect(place, file);
  }

  /** A file that somebody may still be writing has to look the same twice. */
  private isWhole(place: Place, { path, version, whole }: Lying): boolean {
    if (whole) return true;
    const key = `${place.name} ${path}`;
    const same = this.seenBefore.get(key) === version;
    if (same) this.seenBefore.delete(key);
    else this.seenBefore.set(key, version);
    return same;
  }

  private async collect(place: Place, file: Lying): Promise<void> {
    const { path, version } = file;
    const wrong = unfit(file);
    if (wrong) this.logger.warn({ place: place.name, path }, `A bank file was not taken: ${wrong}.`);
    else {
      const [creditor_id, source, name] = path.split('/') as [string, string, string];
      await this.files.receive({ creditor_id, source, name, bytes: await place.read(path), actor: place.name });
    }
    // After it is kept: dying in between, we take it again, and the same bytes are the same file.
    await this.database.query('insert into bank_file_collected (place, path, version, collected_at) values ($1, $2, $3, $4) on conflict do nothing', [place.name, path, version, this.clock.now()]);
  }
}
