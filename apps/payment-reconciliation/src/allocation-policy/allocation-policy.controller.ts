import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Type } from '@sinclair/typebox';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn } from 'class-validator';
import { localDate, zoneOf } from '@emdia/calendar';
import { Clock } from '@emdia/clock';
import { CivilDate, oneOf } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Answers, Caller, ForCreditor, IsCivilDate, problem, Scopes, type Principal } from '@emdia/runtime';
import { type AllocationPolicy, DEFAULT_ORDER, PARTS, type Part } from './allocation-policy';

const closed = { additionalProperties: false };
const Order = Type.Array(oneOf(...PARTS), { minItems: PARTS.length, maxItems: PARTS.length });
const PolicyView = Type.Object(
  {
    default_order: Order,
    policies: Type.Array(Type.Object({ valid_from: CivilDate, allocation_order: Order }, closed), { description: 'The newest first; a payment follows the newest that was valid when it was made.' }),
  },
  closed,
);

class PolicyBody {
  @ApiProperty({ type: 'array', items: { type: 'string', enum: [...PARTS] }, minItems: 3, maxItems: 3, uniqueItems: true, example: [...DEFAULT_ORDER], description: 'What a payment pays first, second and third.' })
  @IsArray() @ArrayMinSize(PARTS.length) @ArrayMaxSize(PARTS.length) @ArrayUnique() @IsIn([...PARTS], { each: true })
  allocation_order!: Part[];

  @IsCivilDate({ optional: true, description: 'Payments made from this day on follow it; today by default, and never earlier: what was divided stays so.' })
  valid_from?: string;
}

const LIST = 'select valid_from::text as valid_from, allocation_order from allocation_policy where creditor_id = $1 order by allocation_policy.valid_from desc';
const PUT = `
  insert into allocation_policy (creditor_id, valid_from, allocation_order, actor, recorded_at) values ($1, $2, $3, $4, $5)
  on conflict (creditor_id, valid_from) do update set allocation_order = excluded.allocation_order, actor = excluded.actor, recorded_at = excluded.recorded_at`;

/** In which order a payment pays costs, interest and principal: the creditor's decision, from a day on. */
@ApiTags('ledger')
@Controller('v1/allocation-policy')
export class AllocationPolicyController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('ledger:read')
  @Answers(PolicyView, 'The policies so far, and the order where there is none')
  @ApiOperation({ summary: 'The order in which payments pay costs, interest and principal' })
  async list(@ForCreditor() creditorId: string) {
    const policies = await this.database.transactionOf(creditorId, (tx) => tx.query<AllocationPolicy>(LIST, [creditorId]));
    return { default_order: DEFAULT_ORDER, policies };
  }

  @Put()
  @Scopes('ledger:write')
  @Answers(PolicyView, 'The policies as they now are')
  @ApiOperation({
    summary: 'Set that order, for payments made from a day on',
    description: 'Whatever the order: a debt whose principal has been paid is settled, and charges alone never keep it open.',
  })
  async put(@Body() { allocation_order, valid_from }: PolicyBody, @Caller() caller: Principal, @ForCreditor() creditorId: string) {
    const now = this.clock.now();
    const today = localDate(now, zoneOf());
    const from = valid_from ?? today;
    if (from < today) throw problem(422, 'in-the-past', 'The day has passed', 'Payments made before today stay divided as they are. Choose today or a later day.');
    await this.database.transactionOf(creditorId, (tx) => tx.query(PUT, [creditorId, from, allocation_order, caller.actor, now]));
    return this.list(creditorId);
  }
}
