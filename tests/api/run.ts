// The tests of the interface over HTTP: run.ts [SUITE...]. README.md says what each suite shows.
import { agent } from './core/http.ts'
import { databaseKind, removeAll } from './core/program.ts'
import { check, close, counts, fail } from './core/report.ts'
import { World } from './core/world.ts'
import { clock } from './clock.ts'
import { eventOptions, events } from './events.ts'
import { beside, coverage } from './beside.ts'
import { frameworks } from './frameworks.ts'
import { golden } from './golden.ts'
import { hostile } from './hostile.ts'
import { isolation } from './isolation.ts'
import { languages } from './languages.ts'
import { job } from './job.ts'
import { witness } from './witness.ts'
import { contract } from './contract/index.ts'

const suites: [string, (world: World) => Promise<void>, string[]?][] = [
  ['contract', contract],
  ['beside', beside],
  ['job', job],
  ['frameworks', frameworks],
  ['isolation', isolation],
  ['languages', languages],
  ['events', events, eventOptions],
  ['hostile', hostile],
  ['clock', clock],
  ['witness', witness],
]

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const renew = process.argv.includes('--renew-golden')
const started = Date.now()
let last: World | undefined
async function suite(name: string, run: (world: World) => Promise<void>, options: string[] = []): Promise<void> {
  const began = Date.now()
  let opened: World | undefined
  await check(`${name}: the program starts`, async () => void (opened = await World.open(name, options)))
  const world = opened
  if (!world) return
  await check(`${name}: the suite gets through`, () => run(world))
  await check(`${name}: the program ends in an orderly way`, () => world.close())
  console.log(`${name}: ${((Date.now() - began) / 1000).toFixed(1)} s`)
  last = world
}

/** Two suites at a time, each with a program of its own: while one waits for the disk, the other works. */
async function lane(left: typeof suites): Promise<void> {
  for (let next = left.shift(); next; next = left.shift()) await suite(...next)
}

try {
  if (!wanted.length || wanted.includes('golden') || renew) await golden(renew)
  const left = renew ? [] : suites.filter(([name]) => !wanted.length || wanted.includes(name))
  await Promise.all([lane(left), lane(left)])
  if (last) {
    const { judged, operations, complaints } = last.api
    console.log(`${judged} replies of ${operations.size} operations were held against the OpenAPI document`)
    for (const [kind, what] of complaints) await check(`OpenAPI: ${kind}`, () => fail(what))
    if (!wanted.length) await coverage(last)
  }
} finally {
  agent.destroy()
  removeAll()
}
console.log(`${counts().passed} cases on ${databaseKind} in ${((Date.now() - started) / 1000).toFixed(1)} s`)
process.exitCode = close() ? 1 : 0
