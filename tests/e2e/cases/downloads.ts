// Files that do not come out whole: the page says so, in the server's own sentence where there is one, and saves nothing.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { PHONE } from '../core/browser.ts'
import { barriers, overflow, still } from '../core/look.ts'
import { Program } from '../core/program.ts'
import { EMAIL } from '../core/spots.ts'
import { stage, step } from '../core/stage.ts'
import { signIn, told, visible } from '../core/steps.ts'

const on = stage(Program.demonstration)
const LARGE = 6 * 1024 * 1024 // beyond what the server reads to its end before it begins to send
let marta: Page
const saved: string[] = []

async function attach(name: string, bytes: number): Promise<{ id: number; reference: string }> {
  return marta.evaluate(
    async ([name, bytes]) => {
      const { csrf } = (await (await fetch('/api/v1/session')).json()) as { csrf: string }
      const answer = await fetch(`/api/v1/risk/1/evidence?name=${name}`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain', 'x-csrf-token': csrf },
        body: new Uint8Array(bytes).fill(65),
      })
      return (await answer.json()) as { id: number; reference: string }
    },
    [name, bytes] as const,
  )
}

let small = { id: 0, reference: '' }
let large = { id: 0, reference: '' }

step(on, 'a file comes out as it went in, under its own name, also a large one', async () => {
  marta = await on.page()
  marta.on('download', (download) => saved.push(download.suggestedFilename()))
  await signIn(marta, EMAIL.manager)
  small = await attach('Größe.txt', 1000)
  large = await attach('large.txt', LARGE)
  for (const [evidence, name, bytes] of [[small, 'Größe.txt', 1000], [large, 'large.txt', LARGE]] as const) {
    await marta.goto(`/evidence/${evidence.reference}`)
    const link = marta.getByRole('link', { name: 'Download' })
    const [download] = await Promise.all([marta.waitForEvent('download'), link.click()])
    assert.equal(download.suggestedFilename(), name)
    assert.equal(readFileSync(await download.path()).length, bytes)
  }
})

step(on, 'of a file that was altered the page says what the server says', async () => {
  await on.program.stop()
  execFileSync('sqlite3', [
    join(on.program.data, 'merlon.db'),
    `UPDATE blob_chunk SET content = zeroblob(length(content)) WHERE rowid IN (SELECT max(c.rowid) FROM blob_chunk c
     JOIN evidence e ON e.blob = c.blob WHERE e.id IN (${small.id}, ${large.id}) GROUP BY c.blob)`,
  ])
  await on.program.start(false)
  saved.length = 0
  await marta.goto(`/evidence/${small.reference}`)
  const answered = marta.waitForResponse((response) => response.url().endsWith('/content'))
  await marta.getByRole('link', { name: 'Download' }).click()
  const { detail } = (await (await answered).json()) as { detail: string }
  const alert = marta.locator('main').getByRole('alert')
  await visible(alert.filter({ hasText: detail }))
  await visible(alert.filter({ hasText: 'Nothing was downloaded' }))
  assert.ok(detail.length > 20, detail)
})

step(on, 'of one that breaks off in the middle it says that nothing was saved, and why that may be', async () => {
  await marta.goto(`/evidence/${large.reference}`)
  await marta.getByRole('link', { name: 'Download' }).click()
  await visible(marta.locator('main').getByRole('alert').filter({ hasText: 'The server broke off in the middle, and nothing was saved.' }))
})

step(on, 'in a list of evidence it is told at the edge, until it is put away', async () => {
  await marta.goto('/risk/RSK-1?tab=evidence')
  const line = marta.getByRole('listitem').filter({ hasText: 'Größe.txt' })
  await line.getByRole('link', { name: 'Download' }).click()
  await told(marta, 'Nothing was downloaded')
  assert.deepEqual(saved, [])
})

step(on, 'a list and a report are told of by the same way', async () => {
  await marta.goto('/asset')
  await marta.getByRole('button', { name: 'Export', exact: true }).click()
  const item = marta.getByRole('menuitem', { name: 'CSV' })
  await visible(item)
  await on.program.stop()
  await item.click()
  await told(marta, 'The server was not reached')
  assert.deepEqual(saved, [])
  await on.program.start(false)
})

step(on, 'on a phone and in German nothing of it reaches out of the window', async () => {
  await marta.setViewportSize(PHONE)
  await marta.evaluate(() => localStorage.setItem('merlon.language', 'de'))
  await marta.goto(`/evidence/${large.reference}`)
  await still(marta)
  await marta.getByRole('link', { name: 'Herunterladen' }).click()
  await visible(marta.locator('main').getByRole('alert').filter({ hasText: 'Der Server brach mittendrin ab' }))
  assert.deepEqual(await overflow(marta), [])
  assert.deepEqual(await barriers(marta), [])
})
