import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsInt, isObject, Max, Min, ValidateBy } from 'class-validator';
import { Type } from '@sinclair/typebox';
import { Clock } from '@emdia/clock';
import { customerKey, oneOf } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { activate, checkRegua, DEFAULT_REGUAS, defaultPolicy, isRefused, lint, readRegua, reguaSchema, type Finding, type Policy, type Regua } from '@emdia/regua';
import { Answers, ForCreditor, IsCustomerId, MayLack, orNull, PathId, problem, Scopes } from '@emdia/runtime';
import { Cases } from '../cases/cases';
import { Preview, preview } from './preview';

const closed = { additionalProperties: false };
const Document = Type.Unsafe<object>({ type: 'object', additionalProperties: true, description: 'A régua, by the JSON Schema of GET /v1/reguas/schema' });
const ReguaView = Type.Object({ regua_version: Type.String({ description: 'What events and explanations call it' }), document: Document }, closed);
const Checked = Type.Object(
  {
    refused: Type.Boolean({ description: 'Whether it could not become active as it is' }),
    findings: Type.Array(Type.Object(
      {
        severity: oneOf('refuse', 'warn'), rule: Type.String(), path: Type.String({ description: 'Such as steps[2].hour; empty: the document as a whole' }), value: Type.Unknown(),
        problem: Type.String(), remedy: Type.String(), line: Type.Optional(Type.Integer()),
      },
      closed,
    )),
    document: orNull(Document),
  },
  closed,
);

const told = { oneOf: [{ type: 'object', additionalProperties: true }, { type: 'string' }], description: 'The régua as an object, or as text in YAML or JSON; of a text each fault is told with its line.' };
const IsDocument = () => ValidateBy({ name: 'isDocument', validator: { validate: (value) => typeof value === 'string' || isObject(value), defaultMessage: () => '$property must be an object or a text' } });

class CheckCommand {
  @ApiProperty(told)
  @IsDocument()
  document!: unknown;
}

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

/** A document in any of its forms, and all that is wrong with it. */
function examined(document: unknown): { regua: Regua | null; findings: readonly Finding[] } {
  const read = typeof document === 'string' ? readRegua(document) : checkRegua(document);
  return read.regua ? { regua: read.regua, findings: lint(read.regua) } : read;
}

const Name = Type.String({ pattern: '^[a-z][a-z0-9-]{1,29}$' });

function ofHouse(regua: string): Policy {
  const name = DEFAULT_REGUAS.find((each) => each === regua);
  if (!name) throw problem(404, 'not-found', 'No such régua', `The house has ${DEFAULT_REGUAS.join(', ')}.`);
  return defaultPolicy(name);
}

function triedOut(document: unknown, name: string): Policy {
  const { regua, findings } = examined(document);
  if (!regua || isRefused(findings)) throw problem(422, 'regua-refused', 'This régua could not become active', 'Correct what `findings` names; POST /v1/reguas/check tells it as well.', { findings });
  if (regua.regua !== name) throw problem(422, 'regua-refused', 'This is another régua', `Send it to /v1/reguas/${regua.regua}/preview.`);
  return activate(regua);
}

const viewOf = ({ version, document }: Policy) => ({ regua_version: version, document });

/** The réguas of the house, their schema, and what is wrong with one. */
@ApiTags('reguas')
@Controller('v1/reguas')
export class ReguasController {
  constructor(
    private readonly database: Database,
    private readonly cases: Cases,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('cases:read')
  @Answers(Type.Object({ items: Type.Array(ReguaView) }, closed), 'The réguas')
  @ApiOperation({ summary: 'The réguas of the house; the first is that which cases follow' })
  list() {
    return { items: DEFAULT_REGUAS.map((name) => viewOf(defaultPolicy(name))) };
  }

  @Get('default')
  @Scopes('cases:read')
  @Answers(ReguaView, 'The régua')
  @ApiOperation({ summary: 'The régua that cases follow' })
  default() {
    return viewOf(defaultPolicy(DEFAULT_REGUAS[0]));
  }

  @Get('schema')
  @Scopes('cases:read')
  @Answers(Type.Unsafe<object>({ type: 'object', additionalProperties: true }), 'JSON Schema, draft-07')
  @ApiOperation({ summary: 'The JSON Schema of a régua' })
  schema() {
    return reguaSchema();
  }

  @Post('check')
  @Scopes('cases:read')
  @Answers(Checked, 'What was found')
  @ApiOperation({ summary: 'Read and lint a régua without keeping it: each fault with path, value and remedy' })
  check(@Body() { document }: CheckCommand) {
    const { regua, findings } = examined(document);
    return { refused: isRefused(findings), findings, document: regua };
  }

  @Get(':regua')
  @Scopes('cases:read')
  @Answers(ReguaView, 'The régua')
  @ApiOperation({ summary: 'One régua of the house' })
  show(@PathId('regua', Name) regua: string) {
    return viewOf(ofHouse(regua));
  }

  @Post(':regua/preview')
  @Scopes('cases:read')
  @Answers(Preview, 'What would change')
  @ApiOperation({ summary: 'Who would move if cases followed this régua from now on, which messages fall due in 30 days, and which limits bite; nothing is kept' })
  async preview(@PathId('regua', Name) regua: string, @Body() { document, after_customer_id = '', cases_max }: PreviewCommand, @ForCreditor() creditorId: string) {
    const policy = document === undefined ? ofHouse(regua) : triedOut(document, regua);
    const [found, files] = await this.database.transactionOf(creditorId, async (tx) => {
      const rows = await tx.query<{ customer_id: string }>(OPEN, [after_customer_id, cases_max + 1]);
      const keys = rows.slice(0, cases_max).map(({ customer_id }) => customerKey(creditorId, customer_id));
      return [rows.length, await this.cases.known.load(tx, keys)] as const;
    });
    const lived = await preview([...files.values()].sort((a, b) => (a.customer_id < b.customer_id ? -1 : 1)), policy, this.clock.now());
    return { ...lived, next_customer_id: found > cases_max ? [...files.values()].map(({ customer_id }) => customer_id).sort().at(-1)! : null };
  }
}
