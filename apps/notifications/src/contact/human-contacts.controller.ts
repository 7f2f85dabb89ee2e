import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { localDate, zoneOf } from '@emdia/calendar';
import { Clock } from '@emdia/clock';
import { CivilDate, customerKey, CustomerId, oneOf } from '@emdia/contracts';
import { askGateOfCustomer } from '@emdia/gate';
import { Runner } from '@emdia/messaging';
import { Answers, Caller, cursorOf, CustomerPage, ForCreditor, IdempotencyKey, InternalClient, IsCivilDate, IsCustomerId, paged, pageOf, problem, Scopes, type Principal } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { Addressees } from './addressees';
import { CallAnswer, CallAnswers } from './call-answers';
import { callVerdict, Spoken } from './call-verdict';
import { HumanContacts, type Call } from './human-contacts';
import { Scope } from './scope';

class HumanContact {
  @IsCustomerId()
  customer_id!: string;

  @IsCivilDate({ description: 'The day of the call where the person lives, today to 7 days ahead.' })
  local_date!: string;
}

const Answer = Type.Object(
  {
    customer_id: CustomerId, local_date: CivilDate,
    status: oneOf('may-call', 'reserved'),
    ...Spoken,
  },
  { additionalProperties: false, description: '`reserved`: a day ahead is taken, and nobody may call yet; the same request on the day itself asks what may be asked for then. `may-call`: speak of `may_ask_for` alone.' },
);

type Answer = Call & { readonly status: 'may-call' | 'reserved'; readonly as_of_epoch_ms: number | null } & Pick<Spoken, 'may_ask_for' | 'may_not_ask_for'>;

@ApiTags('contacts')
@Controller('v1/human-contacts')
export class HumanContactsController {
  constructor(
    private readonly runner: Runner,
    private readonly contacts: HumanContacts,
    private readonly answers: CallAnswers,
    private readonly addressees: Addressees,
    private readonly scope: Scope,
    private readonly internal: InternalClient,
    private readonly clock: Clock,
  ) {}

  @Post()
  @Scopes('contacts:write')
  @ApiOperation({ summary: 'Take a day of the contact budget before calling a customer, and hear what may be asked for; 409 when the budget is used or nothing may be asked for' })
  @Answers(Answer, 'The day is taken: no message of the régua goes out on it.', 201)
  async take(@Caller() { actor: asked_by }: Principal, @ForCreditor() creditor_id: string, @Body() body: HumanContact, @IdempotencyKey() key?: string): Promise<Answer> {
    const { customer_id, local_date } = body;
    const addressee = (await this.addressees.find([{ creditor_id, customer_id }])).get(customerKey(creditor_id, customer_id));
    if (!addressee) throw problem(404, 'unknown-customer', 'Unknown customer', 'Send the customer first, or check the id.');
    // Over all creditors, because the budget may be the installation's; the key is made this creditor's own.
    const idempotencyKey = key === undefined ? undefined : `${creditor_id}:${key}`;
    const { state, phone_key: contact_point_key } = addressee;
    const take = (more: { idempotencyKey?: string | undefined } = {}) => this.runner.change(this.contacts.take(addressee, this.scope.of(creditor_id), local_date), more);
    if (local_date !== localDate(this.clock.now(), zoneOf(state))) return { ...(await take({ idempotencyKey })), status: 'reserved', as_of_epoch_ms: null, may_ask_for: [], may_not_ask_for: [] };
    return this.answers.kept({ creditor_id, customer_id, local_date, asked_by, state, contact_point_key }, async () => {
      // Before every answer, also to a request that was answered before: money may have come since.
      const spoken = await this.spoken(creditor_id, body);
      // A repetition under its key is answered without a look at what has closed since, so it is looked at beside.
      if (idempotencyKey !== undefined) await take({ idempotencyKey });
      return { ...(await take()), status: 'may-call' as const, ...spoken };
    });
  }

  @Get()
  @Scopes('deliveries:read')
  @ApiOperation({ summary: 'What was told to whoever asked on the day whether they may call, newest first: by whom, what they might speak of, or why not' })
  @Answers(pageOf(CallAnswer), 'A page')
  async list(@ForCreditor() creditor_id: string, @Query() query: CustomerPage): Promise<unknown> {
    const after = cursorOf(query, 'instant', 'uuid');
    const rows = await this.answers.page(creditor_id, query.customer_id ?? null, after, query.limit + 1);
    return paged(rows, query.limit, ({ answered_at, answer_id }) => [answered_at, answer_id]);
  }

  private async spoken(creditor_id: string, { customer_id, local_date }: HumanContact): Promise<Spoken> {
    const said = await askGateOfCustomer(this.internal, { creditor_id, customer_id, contact_day: local_date });
    if (!said) throw problem(503, 'unknown', 'What is owed is not known just now', 'Do not call on doubt. Nothing was taken. Ask again in a moment.');
    return callVerdict(said);
  }
}
