import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { Type } from '@sinclair/typebox';
import { Clock } from '@emdia/clock';
import { customerKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { defaultPolicy, HOUSE_REGUAS, isRefused, reguaSchema } from '@emdia/regua';
import { Answers, ForCreditor, IsCustomerId, MayLack, orNull, PathId, problem, Scopes } from '@emdia/runtime';
import { Cases } from '../cases/cases';
import { creditorDay } from '../cases/plan';
import { readBudgets } from './contact-rules';
import { DocumentBody, IsDocument, told } from './document-body';
import { Preview, preview } from './preview';
import { current, PublishedReguas } from './published';
import { Result, resultOf, RESULTS, type Sums } from './results';
import { readUnfitted, UnfittedView } from './unfitted';
import { acceptable, Document, examined, Findings, ReguaName, ReguaView, viewOf } from './views';

const closed = { additionalProperties: false };
const Checked = Type.Object({ refused: Type.Boolean({ description: 'Whether it could not become active as it is' }), findings: Findings, document: orNull(Document) }, closed);

class PreviewCommand {
  @MayLack({ ...told, description: `A change that is tried out in place of the régua of this name. ${told.description}` })
  @IsDocument()
  document?: unknown;

  @IsCustomerId({ optional: true, description: '`next_customer_id` of the preview before' })
  after_customer_id?: string;

  @MayLack({ type: 'integer', minimum: 1, maximum: 200, default: 100, description: 'So many open cases are lived through' })
  @IsInt()
  @Min(1)
  @Max(200)
  cases_max: number = 100;
}

const OPEN = `select customer_id from case_file where status = 'open' and customer_id > $1 order by customer_id limit $2`;

/** The réguas, their schema, what is wrong with one, and what one would change. */
@ApiTags('reguas')
@Controller('v1/reguas')
export class ReguasController {
  private readonly published = new PublishedReguas();

  constructor(
    private readonly database: Database,
    private readonly cases: Cases,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('cases:read')
  @Answers(Type.Object({ items: Type.Array(ReguaView) }, closed), 'The réguas')
  @ApiOperation({ summary: "What cases open with: the creditor's own, then those of the house; GET /v1/reguas/default says which is for whom no own one fits" })
  async list(@ForCreditor() creditorId: string) {
    const own = await this.own(creditorId);
    return { items: [...(own?.active ?? []).map((policy) => viewOf('creditor', policy)), ...HOUSE_REGUAS.map((name) => viewOf('house', defaultPolicy(name)))] };
  }

  @Get('default')
  @Scopes('cases:read')
  @Answers(UnfittedView, 'The régua')
  @ApiOperation({ summary: 'The régua of whom no own one fits: that of the house, or the silent one where the creditor gives them to people' })
  default(@ForCreditor() creditorId: string) {
    return this.database.transactionOf(creditorId, (tx) => readUnfitted(tx, creditorId));
  }

  @Get('schema')
  @Scopes('cases:read')
  @Answers(Type.Unsafe<object>({ type: 'object', additionalProperties: true }), 'JSON Schema, draft-07')
  @ApiOperation({ summary: 'The JSON Schema of a régua' })
  schema() {
    return reguaSchema();
  }

  @Get('results')
  @Scopes('cases:read')
  @Answers(Type.Object({ items: Type.Array(Result) }, closed), 'The results')
  @ApiOperation({ summary: 'Money recovered per version, with its confidence interval; what a trial by shares of customers is judged by' })
  async results(@ForCreditor() creditorId: string) {
    const sums = await this.database.transactionOf(creditorId, (tx) => tx.query<Sums & Record<string, unknown>>(RESULTS, [creditorDay(this.clock.now())]));
    return { items: sums.map(resultOf) };
  }

  @Post('check')
  @Scopes('cases:read')
  @Answers(Checked, 'What was found')
  @ApiOperation({ summary: 'Read and lint a régua without keeping it: each fault with path, value and remedy' })
  async check(@Body() { document }: DocumentBody, @ForCreditor() creditorId: string) {
    const { regua, findings } = examined(document, await this.budgets(creditorId));
    return { refused: isRefused(findings), findings, document: regua };
  }

  @Get(':regua')
  @Scopes('cases:read')
  @Answers(ReguaView, 'The régua')
  @ApiOperation({ summary: "A régua by its name, the creditor's own before that of the house" })
  async show(@PathId('regua', ReguaName) regua: string, @ForCreditor() creditorId: string) {
    const { owner, policy } = current(await this.own(creditorId), regua);
    return viewOf(owner, policy);
  }

  @Post(':regua/preview')
  @Scopes('cases:read')
  @Answers(Preview, 'What would change')
  @ApiOperation({ summary: 'Who would move if cases followed this régua from now on, which messages fall due in 30 days, and which limits bite; nothing is kept' })
  async preview(@PathId('regua', ReguaName) regua: string, @Body() { document, after_customer_id = '', cases_max }: PreviewCommand, @ForCreditor() creditorId: string) {
    const policy = document === undefined ? current(await this.own(creditorId), regua).policy : acceptable(document, await this.budgets(creditorId));
    if (policy.document.regua !== regua) throw problem(422, 'regua-refused', 'This is another régua', `Send it to /v1/reguas/${policy.document.regua}/preview.`);
    const [found, files] = await this.database.transactionOf(creditorId, async (tx) => {
      const rows = await tx.query<{ customer_id: string }>(OPEN, [after_customer_id, cases_max + 1]);
      const keys = rows.slice(0, cases_max).map(({ customer_id }) => customerKey(creditorId, customer_id));
      return [rows, await this.cases.known.load(tx, keys)] as const;
    });
    const taken = found.slice(0, cases_max).map(({ customer_id }) => customer_id);
    const lived = await preview(taken.map((customer_id) => files.get(customerKey(creditorId, customer_id))!), policy, this.clock.now());
    return { ...lived, next_customer_id: found.length > cases_max ? taken.at(-1)! : null };
  }

  private budgets(creditorId: string) {
    return this.database.transactionOf(creditorId, (tx) => readBudgets(tx, creditorId));
  }

  private own(creditorId: string) {
    return this.database.transactionOf(creditorId, async (tx) => (await this.published.of(tx, [creditorId])).get(creditorId));
  }
}
