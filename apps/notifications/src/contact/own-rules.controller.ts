import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Actor, Instant } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner } from '@emdia/messaging';
import { Answers, Caller, ForCreditor, MayLack, orNull, Scopes, type Principal } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { Type as TypeOf } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsNumber, IsObject, IsString, Length, MaxLength, ValidateNested } from 'class-validator';
import { HOUSE_RULE, OwnRules } from './own-rules';
import { Scope } from './scope';

const closed = { additionalProperties: false };
const Limits = { weekdays: Type.Array(Type.Integer({ description: '1 Monday to 5 Friday' })), contacts_in_7_days: Type.Integer(), contacts_in_30_days: Type.Integer() };
const Hours = Type.Object({ from: Type.String(), to: Type.String() }, { ...closed, description: "HH:mm on the debtor's clock, always within the hours of the place" });
const Decision = Type.Object({ decided_by: Type.String(), role: Type.String(), reason: Type.String(), legal_basis: orNull(Type.String()) }, { ...closed, description: 'Who answers for more contacts than the house makes by itself' });
const Rule = Type.Object({ version: Type.Integer(), ...Limits, hours: orNull(Hours), decision: orNull(Decision), reason: Type.String(), set_by: Actor, set_at: Instant }, closed);

class OwnHoursBody {
  @ApiProperty({ example: '10:00', maxLength: 5 })
  @IsString()
  from!: string;

  @ApiProperty({ example: '16:00', maxLength: 5 })
  @IsString()
  to!: string;
}

class DecisionBody {
  @ApiProperty({ example: 'Ana Maria Souza', maxLength: 120, description: 'The person who decided, by name and surname' })
  @IsString()
  @MaxLength(120)
  decided_by!: string;

  @ApiProperty({ example: 'diretora de crédito', maxLength: 120 })
  @IsString()
  @MaxLength(120)
  role!: string;

  @ApiProperty({ example: 'clientes pediram lembretes diários na semana do vencimento', maxLength: 500 })
  @IsString()
  @MaxLength(500)
  reason!: string;

  @MayLack({ maxLength: 300, description: 'The law or contract that it rests on' })
  @IsString()
  @MaxLength(300)
  legal_basis?: string;
}

class OwnRuleCommand {
  @ApiProperty({ type: 'array', items: { type: 'integer', minimum: 1, maximum: 5 }, description: 'Days on which customers may be contacted: 1 Monday to 5 Friday' })
  @IsArray()
  @ArrayMaxSize(7)
  @IsNumber({}, { each: true })
  weekdays!: number[];

  @MayLack({ type: OwnHoursBody, description: "Hours on the debtor's clock, from and until; only what the place allows of them counts. Left out: all that it allows" })
  @IsObject()
  @ValidateNested()
  @TypeOf(() => OwnHoursBody)
  hours?: OwnHoursBody;

  @MayLack({ type: DecisionBody, description: 'Needed where a number is above that of the house, else left out' })
  @IsObject()
  @ValidateNested()
  @TypeOf(() => DecisionBody)
  decision?: DecisionBody;

  @ApiProperty({ description: `A whole number from 1 to ${HOUSE_RULE.contacts_in_7_days}, or up to 7 by a decision` })
  @IsNumber()
  contacts_in_7_days!: number;

  @ApiProperty({ description: `A whole number from 1 to ${HOUSE_RULE.contacts_in_30_days}, or up to 30 by a decision` })
  @IsNumber()
  contacts_in_30_days!: number;

  @ApiProperty({ example: 'política de relacionamento', minLength: 1, maxLength: 200 })
  @IsString()
  @Length(1, 200)
  reason!: string;
}

const HISTORY = `select version, weekdays, hours, contacts_in_7_days, contacts_in_30_days, decision, reason, set_by, set_at from own_rule where creditor_id = $1 order by version desc limit 200`;

/** When and how often a creditor wants its customers contacted. */
@ApiTags('contacts')
@Controller('v1/contact-rules')
export class OwnRulesController {
  private readonly rules = new OwnRules();

  constructor(
    private readonly runner: Runner,
    private readonly database: Database,
    private readonly scope: Scope,
  ) {}

  @Get()
  @Scopes('deliveries:read')
  @ApiOperation({ summary: 'The rule in force, that of the house, and every version with who set it and why, and who decided where it is looser' })
  @Answers(Type.Object({ house: Type.Object(Limits, closed), in_force: orNull(Rule), history: Type.Array(Rule) }, closed), 'The rules')
  async read(@ForCreditor() creditor_id: string): Promise<unknown> {
    const history = await this.database.transactionOf(creditor_id, (tx) => tx.query(HISTORY, [creditor_id]));
    return { house: HOUSE_RULE, in_force: history[0] ?? null, history };
  }

  @Put()
  @Scopes('contacts:write')
  @ApiOperation({ summary: 'Contact customers on fewer days, in fewer hours or less often than the house; more often only by a named person\'s recorded decision' })
  @Answers(Rule, 'In force for every message and call from now on')
  async set(@Caller() caller: Principal, @ForCreditor() creditorId: string, @Body() wanted: OwnRuleCommand): Promise<unknown> {
    const { creditor_id: _, ...rule } = await this.runner.change(this.rules.set(creditorId, wanted, caller.actor, this.scope.of(creditorId)), { creditorId });
    return rule;
  }
}
