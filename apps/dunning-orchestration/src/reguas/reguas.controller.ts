import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Scopes } from '@emdia/runtime';
import { defaultRegua, type Regua } from './default-regua';

/** The ladders in use. */
@ApiTags('reguas')
@Controller('v1/reguas')
export class ReguasController {
  @Get('default')
  @Scopes('cases:read')
  default(): Regua {
    return defaultRegua;
  }
}
