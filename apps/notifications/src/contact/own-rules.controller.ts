import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Actor, Instant } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner } from '@emdia/messaging';
import { Answers, Caller, ForCreditor, orNull, Scopes, type Principal } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { ArrayMaxSize, IsArray, IsNumber, IsString, Length } from 'class-validator';
import { HOUSE_RULE, OwnRules } from './own-rules';

const closed = { additionalProperties: false };
const Limits = { weekdays: Type.Array(Type.Integer({ description: '1 Monday to 5 Friday' })), contacts_in_7_days: Type.Integer(), contacts_in_30_days: Type.Integer() };
const Rule = Type.Object({ version: Type.Integer(), ...Limits, reason: Type.String(), set_by: Actor, set_at: Instant }, closed);

class OwnRuleCommand {
  @ApiProperty({ type: 'array', items: { type: 'integer', minimum: 1, maximum: 5 }, description: 'Days on which customers may be contacted: 1 Monday to 5 Friday' })
  @IsArray()
  @ArrayMaxSize(7)
  @IsNumber({}, { each: true })
  weekdays!: number[];

  @ApiProperty({ description: `A whole number from 1 to ${HOUSE_RULE.contacts_in_7_days}` })
  @IsNumber()
  contacts_in_7_days!: number;

  @ApiProperty({ description: `A whole number from 1 to ${HOUSE_RULE.contacts_in_30_days}` })
  @IsNumber()
  contacts_in_30_days!: number;

  @ApiProperty({ example: 'política de relacionamento', minLength: 1, maxLength: 200 })
  @IsString()
  @Length(1, 200)
  reason!: string;
}

const HISTORY = `select version, weekdays, contacts_in_7_days, contacts_in_30_days, reason, set_by, set_at from own_rule where creditor_id = $1 order by version desc limit 200`;

/** How much less than the house allows a creditor wants its customers contacted. */
@ApiTags('contacts')
@Controller('v1/contact-rules')
export class OwnRulesController {
  private readonly rules = new OwnRules();

  constructor(
    private readonly runner: Runner,
    private readonly database: Database,
  ) {}

  @Get()
  @Scopes('deliveries:read')
  @ApiOperation({ summary: 'The rule in force, that of the house, and every version with who set it and why' })
  @Answers(Type.Object({ house: Type.Object(Limits, closed), in_force: orNull(Rule), history: Type.Array(Rule) }, closed), 'The rules')
  async read(@ForCreditor() creditor_id: string): Promise<unknown> {
    const history = await this.database.transactionOf(creditor_id, (tx) => tx.query(HISTORY, [creditor_id]));
    return { house: HOUSE_RULE, in_force: history[0] ?? null, history };
  }

  @Put()
  @Scopes('contacts:write')
  @ApiOperation({ summary: 'Contact customers on fewer days, or less often, than the house allows; never more' })
  @Answers(Rule, 'In force for every message and call from now on')
  async set(@Caller() caller: Principal, @ForCreditor() creditorId: string, @Body() wanted: OwnRuleCommand): Promise<unknown> {
    const { creditor_id: _, ...rule } = await this.runner.change(this.rules.set(creditorId, wanted, caller.actor), { creditorId });
    return rule;
  }
}
