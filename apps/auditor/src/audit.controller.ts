import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Clock } from '@emdia/clock';
import { Answers, Caller, IsCreditorId, MayLack, problem, Scopes, type Principal } from '@emdia/runtime';
import { Type } from 'class-transformer';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { Audits, type Report } from './audits';
import { type Figures, figuresOf } from './figures';
import { AuditView, FiguresView, ViolationsView } from './views';

class AuditQuery {
  @MayLack({ enum: ['true', 'false'], default: 'false', description: 'true: the house is at rest, nothing is left out for being young' })
  @IsIn(['true', 'false'])
  still: 'true' | 'false' = 'false';
}

class LawsQuery extends AuditQuery {
  @MayLack({ type: 'integer', minimum: 1, maximum: 5, description: 'One law only' })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(5)
  law?: number;
}

class ViolationsQuery extends AuditQuery {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 5 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(5)
  law!: number;
}

class FiguresQuery {
  @IsCreditorId()
  creditor_id!: string;
}

/** The laws look across creditors: only a key of the whole installation may read them. */
function installationOnly({ creditor_id, scopes }: Principal): void {
  if (creditor_id !== null && !scopes.includes('admin')) throw problem(403, 'installation-only', 'Not for one creditor', 'The audit covers every creditor; ask with a key of the installation.');
}

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly audits: Audits,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('audit:read')
  @ApiOperation({ summary: 'The five laws, recomputed from the stored facts: checked, violations, examples' })
  @Answers(AuditView, 'One row per law; `too_young` facts were left out, `unknowable` payments were recorded too late to stop a message.')
  async all(@Caller() caller: Principal, @Query() { still, law }: LawsQuery): Promise<Report> {
    installationOnly(caller);
    const report = await this.audits.run(still === 'true', law);
    return { ...report, laws: report.laws.map((law) => ({ ...law, examples: law.examples.slice(0, 5) })) };
  }

  @Get('violations')
  @Scopes('audit:read')
  @Answers(ViolationsView, 'The cases')
  @ApiOperation({ summary: 'The broken cases of one law, at most 200' })
  async violations(@Caller() caller: Principal, @Query() { law, still }: ViolationsQuery) {
    installationOnly(caller);
    const report = await this.audits.run(still === 'true', law);
    const { violations, examples } = report.laws[0]!;
    return { law, as_of: report.as_of, violations, items: examples };
  }

  @Get('figures')
  @Scopes('audit:read')
  @Answers(FiguresView, 'The figures')
  @ApiOperation({ summary: 'What happened at one creditor: invoices, money, contacts, what was recovered and what is open' })
  figures(@Caller() caller: Principal, @Query() { creditor_id }: FiguresQuery): Promise<Figures> {
    if (caller.creditor_id !== null && caller.creditor_id !== creditor_id) throw problem(403, 'not-your-creditor', 'Another creditor', 'This API key belongs to one creditor and cannot read another’s figures.');
    return figuresOf(this.audits.urls, creditor_id, this.clock.now());
  }
}
