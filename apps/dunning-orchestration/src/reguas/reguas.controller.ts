import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Scopes } from '@emdia/runtime';
import { defaultRegua, ReguaView, type Regua } from './default-regua';

/** The ladders in use. */
@ApiTags('reguas')
@Controller('v1/reguas')
export class ReguasController {
  @Get('default')
  @Scopes('cases:read')
  @Answers(ReguaView, 'The régua')
  @ApiOperation({ summary: 'The régua that cases follow' })
  default(): Regua {
    return defaultRegua;
  }
}
