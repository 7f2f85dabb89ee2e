import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString, IsUUID, Length, Validate, ValidateNested } from 'class-validator';
import { WallClock } from '@emdia/clock';
import { Partitions } from '@emdia/messaging';
import { Internal } from '@emdia/runtime';
import { IsCivilDate } from '../civil-date';
import { GateFacts } from './facts';
import { standing, type Standing, type PartitionOf, verdict, type Verdict } from './gate';

const BATCH_MAX = 500;

class AskBody {
  @IsString()
  @Length(1, 120)
  ask_id!: string;

  @IsIn(['collection', 'agreement'])
  purpose!: 'collection' | 'agreement';

  @IsString()
  creditor_id!: string;

  @IsString()
  customer_id!: string;

  @IsUUID('all')
  receivable_id!: string;

  @IsOptional()
  @Validate(IsCivilDate)
  due_date?: string;

  @IsOptional()
  @IsString()
  step?: string;

  @IsOptional()
  @IsUUID('all')
  instalment_id?: string;

  @Validate(IsCivilDate)
  contact_day!: string;
}

class GateBody {
  @IsArray()
  @ArrayMaxSize(BATCH_MAX)
  @ValidateNested({ each: true })
  @Type(() => AskBody)
  asks!: AskBody[];
}

class StandingOf {
  @IsString()
  creditor_id!: string;

  @IsUUID('all')
  receivable_id!: string;
}

class StandingBody {
  @IsArray()
  @ArrayMaxSize(BATCH_MAX)
  @ValidateNested({ each: true })
  @Type(() => StandingOf)
  receivables!: StandingOf[];

  @Validate(IsCivilDate)
  covered_for!: string;
}

/** The debt-truth gate: asked by the services before they ask anybody for money. */
@ApiExcludeController()
@Controller('internal/v1')
export class GateController {
  private readonly partitionOf: PartitionOf;

  constructor(
    private readonly facts: GateFacts,
    private readonly wall: WallClock,
    partitions: Partitions,
  ) {
    this.partitionOf = (service, key) => partitions.of(`${service}.events.v1`, key);
  }

  @Post('gate')
  @HttpCode(200)
  @Internal()
  async ask(@Body() { asks }: GateBody): Promise<{ as_of_epoch_ms: number; verdicts: Verdict[] }> {
    // Read before the facts: the verdict is true as of a moment that has been, never of one to come.
    const as_of_epoch_ms = this.wall.epochMs();
    const facts = await this.facts.read(asks.map(({ receivable_id }) => receivable_id), asks.flatMap(({ instalment_id }) => instalment_id ?? []));
    return { as_of_epoch_ms, verdicts: asks.map((ask) => verdict(ask, facts, this.partitionOf, as_of_epoch_ms)) };
  }

  @Post('standing')
  @HttpCode(200)
  @Internal()
  async stand(@Body() { receivables, covered_for }: StandingBody): Promise<{ receivables: Standing[] }> {
    const facts = await this.facts.read(receivables.map(({ receivable_id }) => receivable_id), []);
    return { receivables: receivables.map((each) => standing(each, covered_for, facts, this.partitionOf)) };
  }
}
