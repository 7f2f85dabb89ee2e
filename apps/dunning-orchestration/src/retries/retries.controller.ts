import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Type } from '@sinclair/typebox';
import { IsObject } from 'class-validator';
import { Clock } from '@emdia/clock';
import { Actor, Instant } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { ADVISED_HOURS, BRANDS, checkTables, HOUSE_RULES, PIX, REASON_CODES, rulesOf, STOPS, Tables } from '@emdia/retries';
import { Answers, Caller, ForCreditor, orNull, problem, Scopes, type Principal } from '@emdia/runtime';
import { readTables, setTables } from './tables';

const closed = { additionalProperties: false };
const Anything = Type.Unsafe<object>({ type: 'object', additionalProperties: true });
const sourced = { what: Type.String(), source: Type.String(), confidence: Type.String({ description: 'H: read; M: several secondary sources; L: one, old, or practice' }) };
const Names = Type.Array(Type.String());
const OwnTables = Type.Object({ tables: Tables, set_at: Instant, set_by: Actor }, closed);
const RulesView = Type.Object(
  {
    stops: Type.Array(Type.Object({ ...sourced, field: Type.String(), codes: Names, brands: Type.Optional(Names) }, closed), { description: 'Codes after which a card is never tried again; without brands, of every one' }),
    limits: Type.Array(Type.Object({ ...sourced, name: Type.String(), scope: Type.String(), brands: Type.Optional(Names), rail: Type.Optional(Type.String()), attempts_max: Type.Integer(), days: Type.Integer(), margin: Type.Integer() }, closed), { description: 'As in force for the creditor, its own tables taken in; a brand not named is under those of all' }),
    brands: Names, pix_automatico: Anything, reason_codes: Anything, advised_hours: Anything, timing: Anything, own: orNull(OwnTables),
  },
  closed,
);

export class TablesBody {
  @ApiProperty(Tables as object)
  @IsObject()
  tables!: object;
}

/** When declined charges may be tried again: the data, with its sources, and what a creditor sets of it. */
@ApiTags('retries')
@Controller('v1/retries')
export class RetriesController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get('rules')
  @Scopes('cases:read')
  @Answers(RulesView, 'The rules in force')
  @ApiOperation({ summary: 'The rules for retries in force, each with its source: defaults that a lawyer and the acquirer confirm before use' })
  async rules(@ForCreditor() creditorId: string) {
    const [own] = await this.database.transactionOf(creditorId, (tx) => readTables(tx, [creditorId]));
    const { limits, ...timing } = own ? rulesOf(own.tables) : HOUSE_RULES;
    return { stops: STOPS, limits, brands: BRANDS, pix_automatico: PIX, reason_codes: REASON_CODES, advised_hours: ADVISED_HOURS, timing, own: own ? { tables: own.tables, set_at: own.set_at, set_by: own.set_by } : null };
  }

  @Put('tables')
  @Scopes('reguas:write')
  @Answers(OwnTables, 'Set')
  @ApiOperation({ summary: 'Set the own tables in place of those before: times and paydays as wanted, limits only stricter; plans follow when their cases are looked at next, and no retry is asked for against them' })
  async set(@Body() { tables }: TablesBody, @Caller() { actor }: Principal, @ForCreditor() creditorId: string) {
    const findings = checkTables(tables);
    if (findings.length > 0) throw problem(422, 'tables-refused', 'These tables cannot be set', 'Correct what `findings` names and send them again.', { findings });
    const set = { creditor_id: creditorId, tables: tables as Tables, set_at: this.clock.now(), set_by: actor };
    await this.database.transactionOf(creditorId, (tx) => setTables(tx, set));
    return { tables: set.tables, set_at: set.set_at, set_by: actor };
  }
}
