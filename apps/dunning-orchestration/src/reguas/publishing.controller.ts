import { Body, Controller, Delete, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsString, Length, Matches } from 'class-validator';
import { Type } from '@sinclair/typebox';
import { Clock } from '@emdia/clock';
import { customerKey, CustomerId } from '@emdia/contracts';
import { Database, type Tx } from '@emdia/database';
import { Runner, step } from '@emdia/messaging';
import { defaultPolicy, HOUSE_REGUAS } from '@emdia/regua';
import { Answers, Caller, ForCreditor, MayLack, PathId, problem, Scopes, type Principal } from '@emdia/runtime';
import { Cases } from '../cases/cases';
import { readBudgets } from './contact-rules';
import { DocumentBody } from './document-body';
import { migrate } from './migrate';
import { current, PublishedReguas } from './published';
import { setUnfitted, UNFITTED, UnfittedView, type Unfitted } from './unfitted';
import { acceptable, ReguaName, ReguaView, viewOf } from './views';

/** What stands where the name of a régua does. */
const ADDRESSES = new Set(['check', 'default', 'results', 'schema']);

const MIGRATED_CASES_MAX = 200;

const Migrated = Type.Object({ to_version: Type.String(), moved: Type.Integer(), left: Type.Integer({ description: 'Cases that still follow the old version; call again until none is left' }) }, { additionalProperties: false });

class MigrateCommand {
  @ApiProperty({ example: 'esquecido-1', minLength: 3, maxLength: 40, description: 'The version, of this or another régua, whose cases are taken over' })
  @IsString()
  @Length(3, 40)
  from_version!: string;

  @MayLack({ type: 'array', items: { type: 'string', pattern: CustomerId.pattern! }, maxItems: MIGRATED_CASES_MAX, uniqueItems: true, description: 'Only these of its customers; all of them when left out' })
  @IsArray()
  @ArrayMaxSize(MIGRATED_CASES_MAX)
  @ArrayUnique()
  @Matches(new RegExp(CustomerId.pattern!), { each: true })
  customer_ids?: string[];
}

class UnfittedCommand {
  @ApiProperty({ enum: [...UNFITTED], description: '`house`: they follow the first régua of the house. `task`: nobody writes to them, a person has the debt from the day after it is due.' })
  @IsIn([...UNFITTED])
  unfitted!: Unfitted;
}

/** Open cases of a version, of some customers or (null) of all. */
const FOLLOWING = `from case_file where status = 'open' and regua_version = $1 and ($2::text[] is null or customer_id = any($2))`;

/** The greatest version of a name so far, those of the house included. */
async function lastVersion(tx: Tx, name: string): Promise<number> {
  const [row] = await tx.query<{ last: number | null }>('select max(version) as last from regua_document where regua = $1', [name]);
  const house = HOUSE_REGUAS.find((each) => each === name);
  return Math.max(row?.last ?? 0, house ? defaultPolicy(house).document.version : 0);
}

/** What creditors publish. */
@ApiTags('reguas')
@Controller('v1/reguas')
export class PublishingController {
  private readonly published = new PublishedReguas();

  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly cases: Cases,
    private readonly clock: Clock,
  ) {}

  @Post()
  @Scopes('reguas:write')
  @Answers(ReguaView, 'Published', 201)
  @ApiOperation({ summary: 'Publish a version; cases that open from now on may follow it, those that are open keep theirs. The same document again changes nothing.' })
  async publish(@Body() { document }: DocumentBody, @Caller() { actor }: Principal, @ForCreditor() creditorId: string) {
    const policy = acceptable(document, await this.database.transactionOf(creditorId, (tx) => readBudgets(tx, creditorId)));
    const { regua, version } = policy.document;
    if (ADDRESSES.has(regua)) throw problem(422, 'regua-refused', 'The name is taken', `\`${regua}\` is an address of its own; choose another name.`);
    await this.database.transactionOf(creditorId, async (tx) => {
      const values = [creditorId, regua, version, JSON.stringify(policy.document)];
      const [same] = await tx.query('select from regua_document where creditor_id = $1 and regua = $2 and version = $3 and document = $4::jsonb and retired_at is null', values);
      if (same) return;
      const next = (await lastVersion(tx, regua)) + 1;
      const [made] = version === next
        ? await tx.query('insert into regua_document (creditor_id, regua, version, document, published_at, published_by) values ($1, $2, $3, $4::jsonb, $5, $6) on conflict do nothing returning version', [...values, this.clock.now(), actor])
        : [];
      if (!made) throw problem(409, 'version-taken', 'The version is not the next one', `A change is a new version: give \`version\` ${next}.`);
    });
    return viewOf('creditor', policy);
  }

  @Put('default')
  @Scopes('reguas:write')
  @Answers(UnfittedView, 'Set')
  @ApiOperation({ summary: 'Say what becomes of customers whom no own régua fits, or whom `for.unless` leaves out; cases that are open keep their régua until they are migrated' })
  unfitted(@Body() { unfitted }: UnfittedCommand, @Caller() { actor }: Principal, @ForCreditor() creditorId: string) {
    return this.database.transactionOf(creditorId, (tx) => setUnfitted(tx, creditorId, unfitted, { actor, now: this.clock.now() }));
  }

  @Delete(':regua')
  @Scopes('reguas:write')
  @Answers(null, 'Retired', 204)
  @ApiOperation({ summary: 'Retire an own régua: no case opens with it any more, those that follow it go on' })
  async retire(@PathId('regua', ReguaName) regua: string, @Caller() { actor }: Principal, @ForCreditor() creditorId: string): Promise<void> {
    const rows = await this.database.transactionOf(creditorId, (tx) =>
      tx.query('update regua_document set retired_at = $2, retired_by = $3 where regua = $1 and retired_at is null returning version', [regua, this.clock.now(), actor]));
    if (rows.length === 0) throw problem(404, 'not-found', 'No such régua', 'It was never published, or it was retired before. Those of the house stay.');
  }

  @Post(':regua/migrate')
  @Scopes('reguas:write')
  @Answers(Migrated, 'Taken over')
  @ApiOperation({ summary: `Take over open cases of another version, at most ${MIGRATED_CASES_MAX} a call; steps done before count by their day` })
  async migrate(@PathId('regua', ReguaName) regua: string, @Body() { from_version: from, customer_ids }: MigrateCommand, @Caller() { actor }: Principal, @ForCreditor() creditorId: string) {
    const [to, rows, following] = await this.database.transactionOf(creditorId, async (tx) => {
      const { policy } = current((await this.published.of(tx, [creditorId])).get(creditorId), regua);
      const found = await tx.query<{ customer_id: string }>(`select customer_id ${FOLLOWING} order by customer_id limit $3`, [from, customer_ids ?? null, MIGRATED_CASES_MAX]);
      const [all] = await tx.query<{ n: number }>(`select count(*)::int as n ${FOLLOWING}`, [from, customer_ids ?? null]);
      return [policy.version, found, all!.n] as const;
    });
    if (from === to) throw problem(422, 'same-version', 'Nothing to take over', `Cases of ${from} follow it already; name another \`from_version\`.`);
    const steps = rows.map(({ customer_id }) => step(this.cases, customerKey(creditorId, customer_id), (file, now) => migrate(file, { from, to, actor }, now)));
    const moved = (await this.runner.changeAll(steps, { creditorId })).filter((did) => did === true).length;
    return { to_version: to, moved, left: following - moved };
  }
}
