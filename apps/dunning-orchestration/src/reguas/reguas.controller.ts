import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { isObject, ValidateBy } from 'class-validator';
import { Type } from '@sinclair/typebox';
import { oneOf } from '@emdia/contracts';
import { checkRegua, DEFAULT_REGUAS, defaultPolicy, isRefused, lint, readRegua, reguaSchema, type Policy } from '@emdia/regua';
import { Answers, orNull, PathId, problem, Scopes } from '@emdia/runtime';

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

class CheckCommand {
  @ApiProperty({ oneOf: [{ type: 'object', additionalProperties: true }, { type: 'string' }], description: 'The régua as an object, or as text in YAML or JSON; of a text each fault is told with its line.' })
  @ValidateBy({ name: 'isDocument', validator: { validate: (value) => typeof value === 'string' || isObject(value), defaultMessage: () => '$property must be an object or a text' } })
  document!: unknown;
}

const viewOf = ({ version, document }: Policy) => ({ regua_version: version, document });

/** The réguas of the house, their schema, and what is wrong with one. */
@ApiTags('reguas')
@Controller('v1/reguas')
export class ReguasController {
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
    const { regua, findings } = typeof document === 'string' ? readRegua(document) : checkRegua(document);
    const all = regua ? lint(regua) : findings;
    return { refused: isRefused(all), findings: all, document: regua };
  }

  @Get(':regua')
  @Scopes('cases:read')
  @Answers(ReguaView, 'The régua')
  @ApiOperation({ summary: 'One régua of the house' })
  show(@PathId('regua', Type.String({ pattern: '^[a-z0-9-]{2,30}$' })) regua: string) {
    const name = DEFAULT_REGUAS.find((each) => each === regua);
    if (!name) throw problem(404, 'not-found', 'No such régua', `The house has ${DEFAULT_REGUAS.join(', ')}.`);
    return viewOf(defaultPolicy(name));
  }
}
