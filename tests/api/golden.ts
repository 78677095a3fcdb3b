// The schema as reviewed: what the program says today must be what stands in tests/golden/. A change that was meant is
// written there by `npm run golden`, and shows in the commit.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary } from './core/program.ts'
import { check, fail, ok } from './core/report.ts'

const folder = join(import.meta.dirname, '../golden')

const files: Record<string, () => string> = {
  'openapi.json': () => JSON.stringify(JSON.parse(run('openapi')), (key, value: unknown) => (key === 'version' ? 'any' : value), 1) + '\n',
  'schema.txt': () => run('schema'),
  'roles.md': () => run('roles'),
  'ddl-sqlite.sql': () => run('ddl', 'sqlite'),
  'ddl-postgres.sql': () => run('ddl', 'postgresql'),
}

function run(...words: string[]): string {
  return execFileSync(binary, words, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
}

function firstDifference(now: string, kept: string): string {
  const [a, b] = [now.split('\n'), kept.split('\n')]
  const at = a.findIndex((line, i) => line !== b[i])
  return `line ${at + 1}: kept "${b[at] ?? 'nothing'}", now "${a[at] ?? 'nothing'}"`
}

export async function golden(renew: boolean): Promise<void> {
  for (const [name, write] of Object.entries(files))
    await check(`golden: ${name}`, () => {
      const path = join(folder, name)
      const now = write()
      if (renew) {
        writeFileSync(path, now)
        return
      }
      ok(existsSync(path), `tests/golden/${name} is missing; npm run golden writes it`)
      const kept = readFileSync(path, 'utf8')
      if (kept !== now) fail(`${firstDifference(now, kept)}. If that was meant: npm run golden, and commit tests/golden/`)
    })
}
