import { Controller } from '@nestjs/common';
import { DunningNoticeRequested, type EventOf } from '@emdia/contracts';
import { On, step, type Step } from '@emdia/messaging';
import { accept } from './delivery/delivery';
import { Deliveries } from './delivery/deliveries';
import { PublicLinks } from './public-links';

/** What notifications reacts to. */
@Controller()
export class NotificationsConsumer {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly links: PublicLinks,
  ) {}

  @On(DunningNoticeRequested) noticeRequested(e: EventOf<typeof DunningNoticeRequested>): Step {
    return step(this.deliveries, e.data.notice_id, (known, now) => accept(known, e, now, this.links.areOpen));
  }
}
