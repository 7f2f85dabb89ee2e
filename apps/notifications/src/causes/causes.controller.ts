import type { IncomingMessage } from 'node:http';
import { Controller, Get, Header, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Runner, step } from '@emdia/messaging';
import { Config, Public, rawBody } from '@emdia/runtime';
import { Deliveries } from '../delivery/deliveries';
import { answer } from './answer';
import { isCause } from './answers';
import { readCauseToken } from './cause-link';
import { answeredBeforePage, answeredPage, questionPage, unknownQuestionPage } from './pages';

const BODY_BYTES_MAX = 1_000;

/** Where a debtor answers, by the link in a letter, why debts are unpaid. */
@ApiExcludeController()
@Controller('v1/causes')
export class CausesController {
  constructor(
    private readonly runner: Runner,
    private readonly deliveries: Deliveries,
    private readonly config: Config,
  ) {}

  // Only a page: programs that open every link of a letter (scanners, previews) must answer nothing.
  @Get(':token')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  ask(@Param('token') token: string): string {
    return readCauseToken(token, this.config.installationKey) ? questionPage() : unknownQuestionPage();
  }

  // The answer is in the body and never in the address, which is written down on its way.
  @Post(':token')
  @HttpCode(200)
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  async answer(@Param('token') token: string, @Req() request: IncomingMessage): Promise<string> {
    const cause = new URLSearchParams((await rawBody(request, BODY_BYTES_MAX)).toString('utf8')).get('cause');
    const asked = readCauseToken(token, this.config.installationKey);
    if (!asked) return unknownQuestionPage();
    if (!isCause(cause)) return questionPage();
    const answered = await this.runner.change(step(this.deliveries, asked.notice_id, (delivery, now) => answer(delivery, asked.creditor_id, cause, now)));
    if (!answered) return unknownQuestionPage();
    return answered.counts ? answeredPage(answered.cause) : answeredBeforePage(answered.cause);
  }
}
