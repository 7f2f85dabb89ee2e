import { Body, Controller, Delete, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { CreditorId } from '@emdia/contracts';
import { Admin, Answers, Internal, PathId, problem } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsString, Length, Matches, ValidateIf } from 'class-validator';
import { ApiKey, ApiKeys, SCOPES } from './api-keys';

const KeyId = Type.String({ pattern: '^[!-~]{1,80}$' });

class ApiKeyBody {
  @ApiProperty({ oneOf: [CreditorId as object, { type: 'null' }], example: 'boa-forma', description: 'null: an installation-wide key' })
  @ValidateIf((_, value) => value !== null)
  @Matches(new RegExp(CreditorId.pattern!))
  creditor_id!: string | null;
  @ApiProperty({ type: 'array', items: { type: 'string', enum: [...SCOPES] }, minItems: 1, uniqueItems: true }) @IsArray() @ArrayNotEmpty() @ArrayUnique() @IsIn([...SCOPES], { each: true })
  scopes!: string[];
  @ApiProperty({ minLength: 1, maxLength: 120, example: 'billing platform', description: 'Who uses it; recorded with what the key does.' }) @IsString() @Length(1, 120)
  actor!: string;
}

class VerifyBody {
  @ApiProperty({ pattern: '^[0-9a-f]{64}$' }) @Matches(/^[0-9a-f]{64}$/)
  key_sha256!: string;
}

@ApiTags('API keys')
@Controller()
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Post('v1/api-keys')
  @Admin()
  @Answers(Type.Object({ ...ApiKey.properties, key: Type.String({ description: 'Shown this once' }) }), 'Issued', 201)
  @ApiOperation({ summary: 'Issue a key; it is shown this once and never again' })
  async issue(@Body() { creditor_id, scopes, actor }: ApiKeyBody): Promise<ApiKey & { key: string }> {
    if (creditor_id !== null && scopes.includes('admin')) throw problem(422, 'invalid-scope', 'A creditor has no administrators here', 'Leave out the scope admin, or issue an installation-wide key (creditor_id null).');
    const issued = await this.keys.issue({ creditor_id, scopes, actor });
    if (!issued) throw problem(422, 'unknown-creditor', 'Unknown creditor', 'Register the creditor first: PUT /v1/creditors/{creditor_id}.');
    return issued;
  }

  @Delete('v1/api-keys/:key_id')
  @Admin()
  @Answers(null, 'Revoked', 204)
  @ApiOperation({ summary: 'Revoke a key; services forget it within 60 seconds' })
  async revoke(@PathId('key_id', KeyId) keyId: string): Promise<void> {
    if (!(await this.keys.revoke(keyId))) throw problem(404, 'not-found', 'No such key', 'There is no live key of this id; it may have been revoked already.');
  }

  @Post('internal/v1/api-keys/verify')
  @Internal()
  @Answers(ApiKey, 'Its holder')
  @ApiOperation({ summary: 'Who holds the key of this hash' })
  async verify(@Body() { key_sha256 }: VerifyBody): Promise<ApiKey> {
    const key = await this.keys.verify(key_sha256);
    if (!key) throw problem(404, 'not-found', 'No such key', 'No live key has this hash.');
    return key;
  }
}
