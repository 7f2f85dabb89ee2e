import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Folder, isInPlace, type Lying } from './places';

describe('a folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'emdia-folder-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const listed = async () => {
    const parts: Lying[][] = [];
    for await (const part of new Folder(root).list()) parts.push([...part]);
    return parts;
  };

  it('is listed a thousand at a time, without what is hidden or elsewhere', async () => {
    for (const path of ['acme/itau/old', 'acme/.half', '.trash/itau']) mkdirSync(join(root, path), { recursive: true });
    for (const path of ['a', 'acme/a', 'acme/itau/.a', 'acme/itau/old/a', 'acme/.half/a', '.trash/itau/a']) writeFileSync(join(root, path), 'x');
    for (let n = 0; n < 1_001; n++) writeFileSync(join(root, 'acme/itau', `${n}.RET`), 'x');
    const parts = await listed();
    expect([parts.map((part) => part.length), parts.flat().every(({ path }) => /^acme\/itau\/\d+\.RET$/.test(path))]).toEqual([[1_000, 1], true]);
  });

  it('gives what was listed, and nothing that has gone or grown since', async () => {
    writeFileSync(join(root, 'acme/itau/0.RET'), 'Olá');
    const file = (await listed()).flat().find(({ path }) => path === 'acme/itau/0.RET')!;
    const folder = new Folder(root);
    expect((await folder.read(file))?.toString()).toBe('Olá');
    writeFileSync(join(root, file.path), 'Olá, mundo');
    expect(await folder.read(file)).toBeNull();
    rmSync(join(root, file.path));
    expect(await folder.read(file)).toBeNull();
    await expect(folder.read({ ...file, path: 'acme/itau/old' })).rejects.toThrow('EISDIR');
    await expect(async () => { for await (const _ of new Folder(join(root, 'nowhere')).list()); }).rejects.toThrow('ENOENT');
  });
});

it('a path is in its place three levels deep', () => {
  expect(['a/b/c', 'a/b/ç d.RET', 'a/b/c.d'].filter((path) => !isInPlace(path))).toEqual([]);
  expect(['a/b', 'a/b/c/d', 'a//c', 'a/b/', '/b/c', '.a/b/c', 'a/.b/c', 'a/b/.c', 'a/b/c\0', '../b/c', ''].filter(isInPlace)).toEqual([]);
});
