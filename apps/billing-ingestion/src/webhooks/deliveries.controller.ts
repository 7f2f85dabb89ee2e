import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Uuid } from '@emdia/contracts';
import { Answers, Caller, cursorOf, ForCreditor, MayLack, Page, paged, pageOf, PathId, problem, Scopes, type Principal } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { IsIn } from 'class-validator';
import { AGAIN_MAX, KeptDeliveries, Unmapped } from './kept-deliveries';
import { WebhookName } from './webhooks';

const STATUSES = ['quarantined', 'waiting'];

class DeliveriesQuery extends Page {
  @MayLack({ enum: STATUSES, default: 'quarantined' }) @IsIn(STATUSES)
  status: string = 'quarantined';
}

const Again = Type.Object({ deliveries: Type.Integer({ description: 'How many will be mapped again' }) }, { additionalProperties: false });

@ApiTags('webhooks')
@Controller('v1/webhooks/:name')
export class DeliveriesController {
  constructor(private readonly deliveries: KeptDeliveries) {}

  @Get('deliveries')
  @Scopes('quarantine:read')
  @Answers(pageOf(Unmapped), 'A page')
  @ApiOperation({ summary: 'What came through a webhook and is not mapped, oldest first, with the reason' })
  async list(@PathId('name', WebhookName) name: string, @Query() query: DeliveriesQuery, @ForCreditor() creditorId: string): Promise<unknown> {
    const rows = await this.deliveries.list(creditorId, name, query.status, cursorOf(query, 'instant', 'uuid'), query.limit + 1);
    return paged(rows, query.limit, ({ received_at, delivery_id }) => [received_at, delivery_id]);
  }

  @Post('deliveries/map-again')
  @Scopes('quarantine:write')
  @Answers(Again, 'They are on their way', 202)
  @ApiOperation({ summary: 'Map again what could not be mapped', description: `After an update, say, or once a platform answers again; the oldest ${AGAIN_MAX} of the webhook at a time. What is taken in already changes nothing, and what then fits leaves the quarantine.` })
  async all(@PathId('name', WebhookName) name: string, @ForCreditor() creditorId: string, @Caller() { actor }: Principal): Promise<{ deliveries: number }> {
    return { deliveries: await this.deliveries.mapAgain(creditorId, name, null, actor) };
  }

  @Post('deliveries/:delivery_id/map-again')
  @Scopes('quarantine:write')
  @Answers(Again, 'It is on its way', 202)
  @ApiOperation({ summary: 'Map one delivery again' })
  async one(@PathId('name', WebhookName) name: string, @PathId('delivery_id', Uuid) deliveryId: string, @ForCreditor() creditorId: string, @Caller() { actor }: Principal): Promise<{ deliveries: number }> {
    const deliveries = await this.deliveries.mapAgain(creditorId, name, deliveryId, actor);
    if (deliveries === 0) throw problem(404, 'not-found', 'No such delivery', 'This webhook has none of this id in quarantine, or its bytes were deleted.');
    return { deliveries };
  }
}
