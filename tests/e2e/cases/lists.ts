// What is told beside a title: names instead of numbers, where a word was found, totals of a day gone by, all rows on paper.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { Program } from '../core/program.ts'
import { EMAIL } from '../core/spots.ts'
import { stage, step } from '../core/stage.ts'
import { gone, signIn, visible } from '../core/steps.ts'

const on = stage(Program.demonstration)
let page: Page

step(on, 'who submitted and who approved is told by name, also in the history', async () => {
  page = await on.page()
  await signIn(page, EMAIL.manager, undefined, '/soa/SOA-1?tab=about')
  const property = (name: string) => page.locator('.property').filter({ has: page.getByText(name, { exact: true }) })
  await visible(property('Approved by').getByText('Henrik Aas'))
  await visible(property('Submitted by').getByText('Marta Nowak'))
  await page.goto('/soa/SOA-1?tab=history')
  await visible(page.locator('.change').filter({ hasText: 'Approved by' }).getByText('Henrik Aas'))
})

step(on, 'a requirement is named with its identifier', async () => {
  await page.goto('/control/CTL-1')
  await visible(page.getByRole('link', { name: 'A.5.1 Policies for information security' }))
})

step(on, 'the search tells where the word stands that is not in the title', async () => {
  await page.keyboard.press('Control+k')
  await visible(page.locator('[role=dialog] input:focus'))
  await page.keyboard.type('stolen password')
  await visible(page.getByRole('dialog').getByText(/Description: .*stolen password/).first())
  await page.keyboard.press('Escape')
})

step(on, 'what a step demands is marked', async () => {
  await page.goto('/control/CTL-15') // which somebody else owns
  await page.getByRole('button', { name: 'Record a test', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await visible(dialog.locator('label').filter({ hasText: /^Last tested on \*$/ }))
  assert.equal(await dialog.locator('label').filter({ hasText: /^What was tested.*\*$/ }).count(), 0)
})

step(on, 'a list of a day gone by tells how many there were', async () => {
  await page.goto(`/asset?as_of=${new Date().toISOString().slice(0, 10)}`)
  await visible(page.getByText('62 records'))
})

step(on, 'a day gone by offers nothing new, and shows no page of today under its banner', async () => {
  await page.goto('/threat?as_of=2020-01-01')
  await visible(page.getByRole('heading', { name: 'There were no Threats on that day' }))
  assert.equal(await page.getByRole('link', { name: /^New|^Import/ }).count(), 0)
  await page.goto('/asset/AST-1?as_of=2020-01-01')
  await visible(page.getByRole('heading', { name: /^This did not exist on/ }))
  for (const path of ['/', '/work', '/assurance', '/threat/new', '/asset/import', '/settings']) {
    await page.goto(`${path}?as_of=2020-01-01`)
    await visible(page.getByRole('heading', { name: 'This page shows today only' }))
  }
  await page.getByRole('main').getByRole('button', { name: 'Back to today' }).last().click()
  await gone(page.getByRole('heading', { name: 'This page shows today only' }))
})

step(on, 'a long list is printed to its last row', async () => {
  await page.goto('/requirement')
  const total = page.getByText(/^\d+ records$/)
  await visible(total)
  const count = Number(/\d+/.exec((await total.textContent()) ?? '')?.[0])
  assert.ok(count > 200, `the demonstration has ${count} requirements`)
  // There is no printer: the browser would draw the pages now.
  await page.evaluate(() => Object.assign(window, { print: () => dispatchEvent(new Event('beforeprint')) }))
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Print the whole list' }).click()
  await visible(page.locator(`tr[aria-rowindex="${count + 1}"]`))
  assert.equal(await page.locator('tbody tr.row').count(), count)
})

step(on, 'the columns of a workbook are matched with fields, and one can be left out', async () => {
  const answer = await page.request.get('/api/v1/asset/export?format=xlsx&fields=title,kind')
  const file = { name: 'assets.xlsx', mimeType: 'application/octet-stream', buffer: await answer.body() }
  await page.goto('/asset/import')
  await page.locator('input[type=file]').setInputFiles(file)
  await visible(page.getByText(/^Unchanged: \d+$/))
  const kind = page.getByRole('row', { name: /^kind/ })
  assert.equal(await kind.locator('input').first().inputValue(), 'Kind')
  await kind.locator('button').first().click()
  assert.equal(await kind.locator('input').first().inputValue(), '')
  await page.getByRole('button', { name: 'See what would happen', exact: true }).click()
  await visible(page.getByText(/^Unchanged: \d+$/))
})

step(on, 'what a file says and an import does not take over stands first, with its reason', async () => {
  const text = 'title,kind,status\nNew tug,hardware,in_use\nOld tug,hardware,retired\n'
  await page.goto('/asset/import')
  await page.locator('input[type=file]').setInputFiles({ name: 'tugs.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await visible(page.getByText('With something not imported: 1', { exact: true }))
  const first = page.getByRole('region', { name: 'Rows of the file' }).locator('tbody tr').first()
  await visible(first.getByText('status is not imported: the file says "retired", and this asset is in_use. Take the step "retire".'))
  const status = page.getByRole('row', { name: /^status/ })
  assert.equal(await status.locator('input').first().inputValue(), 'Status (compared, not imported)')
})
