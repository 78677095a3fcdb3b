// Security events: an administrator sees who came in, who was refused and what was read out; who runs the ISMS does not.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { Program } from '../core/program.ts'
import { EMAIL } from '../core/spots.ts'
import { stage, step } from '../core/stage.ts'
import { choose, gone, signIn, visible } from '../core/steps.ts'

const on = stage(Program.demonstration)
let ida: Page

const line = (text: string | RegExp) => ida.locator('tr.row').filter({ hasText: text })

step(on, 'what others did is there, newest first', async () => {
  const other = await on.page()
  await other.goto('/')
  await other.getByLabel('E-mail').fill('stranger@example.org')
  await other.getByRole('textbox', { name: 'Password' }).fill('not a password here')
  await other.getByRole('button', { name: 'Sign in' }).click()
  await visible(other.getByText('The e-mail address or the password is wrong.').first())
  await signIn(other, EMAIL.manager)
  const statuses = await other.evaluate(async () => {
    const answers = []
    for (const path of ['risk/export?format=csv', 'security-events']) answers.push((await fetch(`/api/v1/${path}`)).status)
    return answers
  })
  assert.deepEqual(statuses, [200, 403])
  ida = await on.page()
  await signIn(ida, EMAIL.administrator, undefined, '/security-events')
  await visible(ida.getByRole('heading', { name: 'Security events' }))
  await visible(line('Sign-in failed').filter({ hasText: /account [0-9a-f]{8}/ }).first())
  await visible(line('List exported').filter({ hasText: 'Marta Nowak' }).first())
  await visible(line('Signed in').filter({ hasText: 'Ida Lindqvist' }).first())
  const times = await ida.locator('tr.row time').evaluateAll((all) => all.map((one) => one.getAttribute('datetime') ?? ''))
  assert.deepEqual(times, [...times].sort().reverse())
})

step(on, 'filters narrow it, and stand in the address of the page', async () => {
  await ida.reload()
  await visible(line('Refused').first())
  await choose(ida, 'Kind of event', 'Refused', 'Refused')
  await ida.keyboard.press('Escape')
  await gone(line('Signed in').first())
  assert.equal(new URL(ida.url()).searchParams.get('kind'), 'refused')
  await visible(line('403 rights: GET /api/v1/security-events').first())
  await line('403 rights').first().getByRole('button', { name: 'Marta Nowak' }).click()
  await ida.waitForURL(/actor=\d+/)
  await ida.reload()
  await visible(line('Marta Nowak').first())
  await ida.getByLabel('Network address').fill('192.0.2.1')
  await ida.keyboard.press('Enter')
  await visible(ida.getByRole('heading', { name: 'No such events' }))
  await ida.getByRole('button', { name: 'Clear filters' }).click()
  await visible(line('Signed in').first())
  assert.equal(new URL(ida.url()).search, '')
})

step(on, 'what was tried in vain is found by the name or the address that was tried', async () => {
  const other = await on.page()
  await other.goto('/')
  await other.getByLabel('E-mail').fill(EMAIL.manager)
  await other.getByRole('textbox', { name: 'Password' }).fill('not a password here')
  await other.getByRole('button', { name: 'Sign in' }).click()
  await visible(other.getByText('The e-mail address or the password is wrong.').first())
  const who = ida.getByRole('textbox', { name: 'Who' }).or(ida.getByRole('combobox', { name: 'Who' }))
  for (const text of ['Marta Nowak', 'marta.nowak@tidewell.example', 'nowak']) {
    await ida.goto('/security-events?kind=sign_in_failed')
    await visible(line(/account [0-9a-f]{8}/).first())
    await who.fill(text)
    await ida.keyboard.press('Enter')
    await ida.waitForURL(/who=/)
    await gone(line(/account [0-9a-f]{8}/).first())
    await visible(line('Sign-in failed').filter({ hasText: 'Marta Nowak' }).first())
  }
  await who.fill('Stranger@example.org')
  await ida.keyboard.press('Enter')
  await gone(line('Marta Nowak').first())
  await visible(line('Sign-in failed').filter({ hasText: /account [0-9a-f]{8}/ }).first())
})

step(on, 'what is shown is exported', async () => {
  await ida.goto('/security-events?kind=export')
  await visible(line('List exported').first())
  await ida.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([ida.waitForEvent('download'), ida.getByRole('menuitem', { name: 'CSV' }).click()])
  const rows = readFileSync(await download.path(), 'utf8').trim().split('\r\n')
  assert.match(rows[0] ?? '', /^id,at,kind,outcome,actor,name,/)
  assert.ok(rows.length > 1, 'rows')
  for (const row of rows.slice(1)) assert.match(row, /^\d+,[^,]+,export,allowed,/)
})

step(on, 'who may not read them has no way there', async () => {
  const marta = await on.page()
  await signIn(marta, EMAIL.manager)
  await visible(marta.getByRole('link', { name: 'Ledger' }))
  assert.equal(await marta.getByRole('link', { name: 'Security events' }).count(), 0)
  await marta.goto('/security-events')
  await visible(marta.getByText('Your roles do not let you read security events.').first())
})
