// Nobody decides on their own work: the browser shows the step, refuses it, and says why.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { Program } from '../core/program.ts'
import { EMAIL } from '../core/spots.ts'
import { stage, step } from '../core/stage.ts'
import { dayAfter, refused, signIn, takeStep, visible } from '../core/steps.ts'

const on = stage(Program.demonstration)
const CHIEF = 'henrik.aas@tidewell.example'
let marta: Page
let henrik: Page

step(on, 'who submitted a statement cannot approve it', async () => {
  marta = await on.page()
  await signIn(marta, EMAIL.manager, undefined, '/soa/SOA-1')
  await takeStep(marta, 'Revise')
  await takeStep(marta, 'Submit for review')
  await refused(marta, 'Approve', /Somebody else has to do this: you took one of its steps/)
  await marta.getByRole('button', { name: 'Approve', exact: true }).click({ force: true })
  assert.equal(await marta.getByRole('dialog').count(), 0, 'a refused step opens nothing')
})

step(on, 'nor is it offered in their work, while a second person finds it there', async () => {
  await marta.goto('/work')
  await visible(marta.getByRole('heading', { name: 'My work' }))
  await visible(marta.getByRole('listitem').first())
  assert.equal(await marta.getByRole('button', { name: 'Approve' }).count(), 0)
  henrik = await on.page()
  await signIn(henrik, CHIEF, undefined, '/work')
  const line = henrik.getByRole('listitem').filter({ hasText: 'Statement of Applicability, Tidewell Group' })
  await line.getByRole('button', { name: 'Approve' }).click()
  const dialog = henrik.getByRole('dialog')
  await visible(dialog.getByText(/Asked for by Marta Nowak, .* Last decided by Henrik Aas/))
  await visible(dialog.getByRole('region', { name: 'Changed since then' }).getByText('In review'))
  await dialog.getByText('All of it').click()
  await visible(dialog.getByText('A.5.1 Policies for information security'))
  await dialog.getByRole('button', { name: 'Approve' }).click()
  await line.waitFor({ state: 'detached' })
})

step(on, 'who asks for an acceptance cannot grant it, and a risk too high for their role neither', async () => {
  await marta.goto('/acceptance/new?risk=1')
  await marta.getByLabel('Title').fill('Until the segmentation is done')
  await marta.getByLabel('Reason').fill('The order is signed, the work takes until spring.')
  await marta.getByLabel('Valid until').fill(dayAfter(100))
  await marta.getByLabel('Title').click()
  await marta.getByRole('button', { name: 'Create' }).click()
  await visible(marta.getByRole('heading', { name: 'Until the segmentation is done' }))
  await refused(marta, 'Accept the risk', /Somebody else has to do this: you wrote it|is accepted by the role/)
})

step(on, 'the server refuses it as well, whatever the page shows', async () => {
  const answer = await marta.evaluate(async () => {
    const { csrf } = (await (await fetch('/api/v1/session')).json()) as { csrf: string }
    const soa = await fetch('/api/v1/methodology/MET-1')
    const tag = soa.headers.get('ETag') ?? ''
    const headers = { 'X-CSRF-Token': csrf, 'If-Match': tag, 'Content-Type': 'application/json' }
    const reply = await fetch('/api/v1/methodology/MET-1/transitions/approve', { method: 'POST', headers, body: '{}' })
    return reply.status
  })
  assert.ok([403, 409].includes(answer), `the answer was ${answer}`)
})
