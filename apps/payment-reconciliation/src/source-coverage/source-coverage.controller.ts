import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Type } from '@sinclair/typebox';
import { CivilDate, oneOf, Rail } from '@emdia/contracts';
import { Answers, ForCreditor, orNull, Scopes } from '@emdia/runtime';
import { HELD_BACK } from './held-back';
import { SourceStandings } from './source-standings';

const closed = { additionalProperties: false };

const SourceView = Type.Object(
  {
    source: Type.String(),
    declared: Type.Boolean({ description: 'False where payments or files came from it and nobody declared it by PUT /v1/sources/{source}; then nothing waits for it' }),
    rails: Type.Array(Rail), lag_business_days: orNull(Type.Integer()),
    covered_until: orNull(CivilDate),
    expected_until: orNull(CivilDate),
    late: Type.Boolean({ description: 'Covered less than expected: nobody is asked today for what can be paid through it' }),
    held_back: Type.Array(oneOf(...HELD_BACK), { description: 'What keeps its coverage from counting, until it is corrected or discarded' }),
  },
  closed,
);

/** How far each source of payments has told what it knows. */
@ApiTags('payment sources')
@Controller('v1/source-coverage')
export class SourceCoverageController {
  constructor(private readonly standings: SourceStandings) {}

  @Get()
  @Scopes('ledger:read')
  @Answers(Type.Object({ today: CivilDate, items: Type.Array(SourceView) }, closed), 'All of them')
  @ApiOperation({ summary: 'Payment sources: covered until when, late or not, declared or not', description: 'As the gate judges a contact today. By the least of all partitions; files count from when they are posted.' })
  async list(@ForCreditor() creditorId: string) {
    const items = await this.standings.of(creditorId);
    return { today: this.standings.today, items: items.map(({ creditor_id: _, ...item }) => item) };
  }
}
