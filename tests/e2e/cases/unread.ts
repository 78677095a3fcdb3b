// What could not be read is not shown as empty: the failure is told in its place, with a way to try again.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { Program } from '../core/program.ts'
import { EMAIL } from '../core/spots.ts'
import { stage, step } from '../core/stage.ts'
import { gone, signIn, visible } from '../core/steps.ts'

const on = stage(Program.demonstration)
const LOST = 'The server was not reached; try again in a moment.'
let marta: Page

async function cut(page: Page): Promise<void> {
  await page.route('**/api/v1/**', (route) => route.abort())
}

/** Each tab of a record: none says that it has nothing, and each comes back when it is asked again. */
step(on, 'the tabs of a record tell that they could not be read', async () => {
  marta = await on.page()
  await signIn(marta, EMAIL.manager, undefined, '/risk/RSK-2')
  await visible(marta.getByRole('heading', { level: 1 }))
  await cut(marta)
  for (const tab of ['Tasks', 'Comments', 'History']) {
    await marta.getByRole('tab', { name: tab }).click()
    const panel = marta.getByRole('tabpanel', { name: tab })
    await visible(panel.getByRole('alert').filter({ hasText: LOST }))
    assert.equal(await panel.getByText(/^No .*\.$/).count(), 0)
  }
  await marta.unroute('**/api/v1/**')
  const history = marta.getByRole('tabpanel', { name: 'History' })
  await history.getByRole('button', { name: 'Try again' }).click()
  await visible(history.getByText(/^ledger entry \d+$/).first())
  await gone(history.getByRole('alert'))
})

step(on, 'evidence and links that could not be read do not pass for none', async () => {
  for (const [tab, path] of [
    ['Evidence', 'evidence'],
    ['Linked from', 'links'],
  ] as const) {
    await marta.route(`**/api/v1/risk/*/${path}*`, (route) => route.abort())
    await marta.goto('/risk/RSK-2')
    await marta.getByRole('tab', { name: tab }).click()
    const panel = marta.getByRole('tabpanel', { name: tab })
    await visible(panel.getByRole('alert').filter({ hasText: LOST }))
    assert.equal(await panel.getByText(/^(No evidence yet\.|Nothing .*)$/).count(), 0)
    await marta.unroute(`**/api/v1/risk/*/${path}*`)
    await panel.getByRole('button', { name: 'Try again' }).click()
    await gone(panel.getByRole('alert'))
  }
})

step(on, 'what waits, acceptances and coverage are not called none while nobody knows', async () => {
  await marta.route('**/api/v1/{work,acceptance,control}?*', (route) => route.abort())
  await marta.route('**/api/v1/work', (route) => route.abort())
  await marta.goto('/risk/RSK-2')
  await visible(marta.getByRole('alert').filter({ hasText: LOST }).first())
  assert.equal(await marta.getByText('Nobody has accepted').count(), 0)
  await marta.goto('/')
  await visible(marta.locator('section', { has: marta.locator('#waiting') }).getByRole('alert').filter({ hasText: LOST }))
  await marta.goto('/requirements')
  await visible(marta.getByRole('alert').filter({ hasText: LOST }))
  assert.equal(await marta.getByText(/have a control$/).count(), 0)
})

step(on, 'a server that is away while the page loads is told at once, in the language of the browser', async () => {
  for (const [locale, title] of [
    ['en-GB', 'The server cannot be reached'],
    ['de-DE', 'Der Server ist nicht erreichbar'],
  ] as const) {
    const page = await on.page({ locale })
    await cut(page)
    await page.goto('/')
    await page.getByRole('heading', { name: title }).waitFor({ timeout: 3000 })
    await page.unroute('**/api/v1/**')
    await visible(page.getByRole('textbox').first()) // it comes back by itself
  }
})

step(on, 'a change that takes long is told to be on its way, until it is answered', async () => {
  await marta.goto('/risk/RSK-2?tab=comments')
  await marta.clock.install()
  let answer: () => void = () => undefined
  const held = new Promise<void>((resolve) => (answer = resolve))
  await marta.route('**/api/v1/comment', async (route) => {
    await held
    await route.continue()
  })
  await marta.getByRole('textbox', { name: 'Write a comment' }).fill('Slowly, but surely')
  await marta.getByRole('tabpanel', { name: 'Comments' }).getByRole('button', { name: 'Comment', exact: true }).click()
  const slow = marta.getByRole('alert').filter({ hasText: 'The server is slow to answer. What you typed is kept' })
  await marta.clock.runFor(9_000)
  assert.equal(await slow.count(), 0)
  await marta.clock.runFor(2_000)
  await visible(slow)
  answer()
  await marta.clock.resume()
  await gone(slow)
  await visible(marta.getByRole('article').filter({ hasText: 'Slowly, but surely' }))
})

/** Holds what fits, until `pass` lets through what comes from then on and `release` what was held. */
async function hold(page: Page, pattern: string): Promise<{ pass: () => void; release: () => void }> {
  const waiting: (() => void)[] = []
  let holds = true
  await page.clock.install()
  await page.route(pattern, async (route) => {
    if (holds) await new Promise<void>((resolve) => waiting.push(resolve))
    await route.continue().catch(() => undefined) // it may have been given up
  })
  const pass = () => void (holds = false)
  return { pass, release: () => (pass(), waiting.forEach((go) => go())) }
}

const READING = 'The server is slow to answer. This page goes on when it does.'

step(on, 'what is read slowly is told after ten seconds, once, and can be asked for anew', async () => {
  const page = await on.page()
  await signIn(page, EMAIL.manager, undefined, '/risk/RSK-2')
  await visible(page.getByRole('heading', { level: 1 }))
  const held = await hold(page, '**/api/v1/**')
  await page.getByRole('tab', { name: 'History' }).click()
  const slow = page.getByRole('alert').filter({ hasText: READING })
  await page.clock.runFor(9_000)
  assert.equal(await slow.count(), 0)
  await page.clock.runFor(2_000)
  await visible(slow)
  assert.equal(await slow.count(), 1)
  held.pass() // the first answer still stays away
  await slow.getByRole('button', { name: 'Try again' }).click()
  await gone(slow)
  await visible(page.getByRole('tabpanel', { name: 'History' }).getByText(/^ledger entry \d+$/).first())
  held.release()
})

step(on, 'a first load that is not answered is told after ten seconds too', async () => {
  const page = await on.page()
  const held = await hold(page, '**/api/v1/session')
  const asked = page.waitForRequest('**/api/v1/session')
  await page.goto('/')
  await asked
  await page.clock.runFor(11_000)
  await visible(page.getByRole('alert').filter({ hasText: READING }))
  held.release()
  await visible(page.getByRole('textbox').first())
  await gone(page.getByRole('alert').filter({ hasText: READING }))
})

step(on, 'that alarms could not be read is a line on each page', async () => {
  const page = await on.page()
  await page.route('**/api/v1/security-events/alarms', (route) => route.fulfill({ status: 500, json: { detail: 'It broke.' } }))
  await signIn(page, EMAIL.administrator, undefined, '/risk')
  const line = page.getByRole('status').filter({ hasText: 'Alarms could not be read. It broke.' })
  await visible(line)
  await page.unroute('**/api/v1/security-events/alarms')
  await line.getByRole('button', { name: 'Try again' }).click()
  await gone(line)
})
