import { Body, Controller, Delete, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Admin, Internal, problem } from '@emdia/runtime';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsString, Length, Matches, ValidateIf } from 'class-validator';
import { ApiKeys, SCOPES, type ApiKey } from './api-keys';

class ApiKeyBody {
  @ApiProperty({ nullable: true, type: String, example: 'boa-forma', description: 'null: an installation-wide key' })
  @ValidateIf((_, value) => value !== null)
  @Matches(/^[a-z0-9][a-z0-9-]{1,39}$/)
  creditor_id!: string | null;
  @ApiProperty({ enum: SCOPES, isArray: true }) @IsArray() @ArrayNotEmpty() @ArrayUnique() @IsIn([...SCOPES], { each: true })
  scopes!: string[];
  @ApiProperty({ example: 'billing platform', description: 'Who uses it; recorded with what the key does.' }) @IsString() @Length(1, 120)
  actor!: string;
}

class VerifyBody {
  @ApiProperty() @Matches(/^[0-9a-f]{64}$/)
  key_sha256!: string;
}

@ApiTags('API keys')
@Controller()
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Post('v1/api-keys')
  @Admin()
  @ApiOperation({ summary: 'Issue a key; it is shown this once and never again' })
  async issue(@Body() { creditor_id, scopes, actor }: ApiKeyBody): Promise<ApiKey & { key: string }> {
    if (creditor_id !== null && scopes.includes('admin')) throw problem(422, 'invalid-scope', 'A creditor has no administrators here', 'Leave out the scope admin, or issue an installation-wide key (creditor_id null).');
    const issued = await this.keys.issue({ creditor_id, scopes, actor });
    if (!issued) throw problem(422, 'unknown-creditor', 'Unknown creditor', 'Register the creditor first: PUT /v1/creditors/{creditor_id}.');
    return issued;
  }

  @Delete('v1/api-keys/:key_id')
  @HttpCode(204)
  @Admin()
  @ApiOperation({ summary: 'Revoke a key; services forget it within 60 seconds' })
  async revoke(@Param('key_id') keyId: string): Promise<void> {
    if (!(await this.keys.revoke(keyId))) throw problem(404, 'not-found', 'No such key', 'There is no live key of this id; it may have been revoked already.');
  }

  @Post('internal/v1/api-keys/verify')
  @HttpCode(200)
  @Internal()
  @ApiOperation({ summary: 'Who holds the key of this hash' })
  async verify(@Body() { key_sha256 }: VerifyBody): Promise<ApiKey> {
    const key = await this.keys.verify(key_sha256);
    if (!key) throw problem(404, 'not-found', 'No such key', 'No live key has this hash.');
    return key;
  }
}
