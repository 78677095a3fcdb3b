// Starts node's own test runner over cases/: run.ts [NAME...]. What all cases share, the demonstration, is made once.
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeDemonstration } from './core/program.ts'

// The longest first, so that none is left to run alone at the end.
const longest = (file: string): number => ['main-job', 'languages', 'pages'].findIndex((name) => file.startsWith(name))
const folder = join(import.meta.dirname, 'cases')
const wanted = process.argv.slice(2)
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && (wanted.length === 0 || wanted.some((name) => file.startsWith(name))))
  .sort((a, b) => longest(b) - longest(a))
  .map((file) => join(folder, file))

const demonstration = makeDemonstration()
try {
  // As many at a time as the smallest machine has cores: a program and a Chromium each.
  const { status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--test', '--test-reporter=spec', '--test-concurrency=2', ...files],
    { stdio: 'inherit', env: { ...process.env, MERLON_E2E_DEMO: demonstration } },
  )
  process.exitCode = status ?? 1
} finally {
  rmSync(dirname(demonstration), { recursive: true, force: true })
}
