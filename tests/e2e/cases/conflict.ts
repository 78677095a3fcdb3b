// Two people at one record, and a connection that goes away: nothing that was typed is lost.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { Program } from '../core/program.ts'
import { EMAIL } from '../core/spots.ts'
import { stage, step } from '../core/stage.ts'
import { gone, signIn, visible } from '../core/steps.ts'

const on = stage(Program.demonstration)
let first: Page
let second: Page

async function edit(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await visible(page.getByRole('button', { name: 'Save' }))
}

step(on, 'the later of two sees both versions, and merges field by field', async () => {
  first = await on.page()
  second = await on.page()
  await signIn(first, EMAIL.manager)
  await signIn(second, EMAIL.manager)
  await edit(first, '/asset/AST-1')
  await edit(second, '/asset/AST-1')
  await first.getByLabel('Location').fill('Copenhagen')
  await first.getByLabel('Supplier').fill('The first')
  await first.getByRole('button', { name: 'Save' }).click()
  await visible(first.getByText('Copenhagen'))
  await second.getByLabel('Supplier').fill('The second')
  await second.getByLabel('Product version').fill('2.0')
  await second.getByRole('button', { name: 'Save' }).click()
  const dialog = second.getByRole('dialog', { name: 'Two versions' })
  const supplier = dialog.getByRole('row', { name: /Supplier/ })
  await visible(supplier)
  assert.ok(await supplier.getByRole('radio', { name: 'The second' }).isChecked())
  assert.equal(await dialog.getByRole('row', { name: /Location/ }).count(), 0, 'a field which only the other changed is merged')
  await supplier.getByRole('radio', { name: 'The first' }).check()
  await dialog.getByRole('button', { name: 'Save this' }).click()
  await gone(dialog)
  for (const text of ['Copenhagen', 'The first', '2.0']) await visible(second.getByText(text, { exact: true }))
})

step(on, 'a lost connection keeps what was typed, also over a reload', async () => {
  await edit(first, '/asset/AST-2')
  await first.getByLabel('Location').fill('Typed before the line broke')
  await on.program.stop()
  await first.getByRole('button', { name: 'Save' }).click()
  await visible(first.getByRole('alert').filter({ hasText: 'it is not known whether this was saved. What you typed is kept' }))
  assert.equal(await first.getByLabel('Location').inputValue(), 'Typed before the line broke')
  await on.program.start()
  await edit(first, '/asset/AST-2')
  await visible(first.getByText('What you typed earlier is back'))
  assert.equal(await first.getByLabel('Location').inputValue(), 'Typed before the line broke')
  await first.getByRole('button', { name: 'Save' }).click()
  await visible(first.getByText('Typed before the line broke'))
})

step(on, 'what was saved though the answer was lost is not somebody else\'s change', async () => {
  await edit(first, '/asset/AST-2')
  await first.getByLabel('Location').fill('Saved, and nobody heard')
  await first.route('**/api/v1/asset/*', async (route) => {
    if (route.request().method() !== 'PATCH') return route.continue()
    await route.fetch()
    await route.abort('connectionreset')
  })
  await first.getByRole('button', { name: 'Save' }).click()
  await visible(first.getByRole('alert').filter({ hasText: 'it is not known whether this was saved' }))
  await first.unroute('**/api/v1/asset/*')
  await first.getByRole('button', { name: 'Save' }).click()
  await gone(first.getByRole('button', { name: 'Save' }))
  await visible(first.getByText('Saved, and nobody heard'))
  assert.equal(await first.getByRole('dialog').count(), 0)
})
